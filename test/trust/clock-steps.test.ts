import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/contract/summary.ts'
import { verifyJob } from '../../src/run/verify/verify-job.ts'
import { startJobWorld } from '../e2e/job-world.ts'
import { compile } from './compiled.ts'
import { recordFigure } from './figures.ts'
import type { RunJobOrder } from './programs/run-job.ts'
import { until } from './until.ts'

/** The library that changes the clock of one process: libfaketime, which reads a file at every call. */
const library = readLibrary()
const why = 'libfaketime is not installed'
/** Longer than any job here, shorter than any jump of the clock. */
const absurdMs = 10 * 60_000

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

/** A program whose time of day comes from the file. Its monotonic clock runs normally, and file times stay true. */
function startWithClock(file: string, command: readonly string[]) {
  writeFileSync(file, '+0\n')
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, LD_PRELOAD: library ?? '', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
    },
  })
  const ended = once(child, 'close')
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  return { ended, lines, set: (offset: string) => writeFileSync(file, `${offset}\n`) }
}

test('a run whose clock is set ahead, back and right again ends normally', { timeout: 120_000 }, async ({ skip }) => {
  if (library === null) skip(why)
  await using world = await startJobWorld()
  const [acks, pids, enough] = ['acks', 'pids', 'enough'].map((name) => join(world.dir, name))
  writeFileSync(acks ?? '', '')
  const order: RunJobOrder = {
    ...{ configPath: world.configPath, jobDir: world.jobDir, dataDir: world.dataDir, specs: ['Nosferatu'] },
    ...{ script: join(programs, 'uploader.js'), scriptArgs: [acks, pids, '0', '50000', enough].map(String) },
  }
  const run = startWithClock(join(world.dir, 'clock'), [join(programs, 'run-job.js'), JSON.stringify(order)])
  const count = () => readFileSync(acks ?? '', 'utf8').split('\n').length
  for (const offset of ['+45d', '-45d', '+0']) {
    const wanted = count() + 5
    await until(() => count() >= wanted, 60_000, `an upload after ${run.lines.join('; ')}`)
    run.set(offset)
  }
  writeFileSync(enough ?? '', '')
  await run.ended
  expect(run.lines.filter((line) => !line.startsWith('phase '))).toEqual([
    'error Kometa ended before its run was finished (exit code 0).',
    expect.stringMatching(/^end failed [1-9]\d*$/),
  ])
  const output = join(world.jobDir, 'output')
  const { durations_ms: durations, captured_uploads: captures } = JSON.parse(
    readFileSync(join(output, 'summary.json'), 'utf8'),
  ) as Summary
  const ledger = readFileSync(join(output, 'ledger.jsonl'), 'utf8').trim().split('\n')
  const lasted = ledger.map((line) => (JSON.parse(line) as { durationMs: number }).durationMs)
  expect([...Object.values(durations), ...lasted].filter((ms) => ms < 0 || ms > absurdMs)).toEqual([])
  // The clock was changed while pictures arrived, so their timestamps have different dates.
  expect(new Set(captures.map(({ timestamp }) => timestamp.slice(0, 10))).size).toBeGreaterThanOrEqual(3)
  const { checks } = await verifyJob(world.jobDir, {
    config: world.load,
    dataDir: world.dataDir,
    signal: new AbortController().signal,
  })
  expect(checks.filter(({ status }) => status === 'problem')).toEqual([])
  world.assertUntouched()
})

interface Told {
  durationMs: number
  phases: { phase: string; durationMs: number | null }[]
}

test('a job of the studio: its durations are true, and a start with a clock far ahead deletes nothing', {
  timeout: 120_000,
}, async ({ skip }) => {
  if (library === null) skip(why)
  await using world = await startJobWorld()
  const studio = startWithClock(join(world.dir, 'clock'), [
    ...[join(programs, 'studio-clock.js'), world.configPath, world.dataDir, join(world.dir, 'clock')],
  ])
  await studio.ended
  const [first = '{}', second = '{}'] = studio.lines
  const job = JSON.parse(first) as Told & { status: string; id: string }
  expect(job.status).toBe('success')
  const durations = [job.durationMs, ...job.phases.map(({ durationMs }) => durationMs ?? -1)]
  expect(durations.filter((ms) => ms < 0 || ms > absurdMs)).toEqual([])
  expect(job.durationMs).toBeGreaterThan(0)
  const { jobs } = JSON.parse(second) as { jobs: { id: string }[] }
  expect(jobs.map(({ id }) => id)).toEqual([job.id])
  expect(existsSync(join(world.dataDir, 'jobs', job.id, 'output', 'summary.json'))).toBe(true)
  world.assertUntouched()
  recordFigure({
    name: 'a clock that is set 45 days ahead and back while a job runs, and before the studio starts',
    value: '2 jobs: ended as without; durations true; 0 deleted',
    goal: '0 deleted, 0 durations that are negative or absurd, 0 timeouts',
  })
})

/** The path on Debian and similar systems. */
function readLibrary(): string | null {
  if (process.platform !== 'linux') return null
  const folders = ['/usr/lib', '/usr/local/lib', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))]
  const files = folders.map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  return files.find((file) => existsSync(file)) ?? null
}
