import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { type JobWorld, startJobWorld } from '../e2e/job-world.ts'
import { descendants, isAlive } from '../support/process-tree.ts'
import { compile } from './compiled.ts'
import { recordFigure } from './figures.ts'
import type { RunJobOrder } from './programs/run-job.ts'
import { until } from './until.ts'

/**
 * A stopped process is not dead. Every timeout of the job is shortened to this, and each pause is longer than all of
 * them.
 */
const timeoutMs = 2_000
const pauseMs = 2.5 * timeoutMs
const seconds = timeoutMs / 1_000
const timeouts = {
  ...{ plex_connect: seconds, plex_headers: seconds, plex_body: seconds, plex_idle: seconds },
  ...{ kometa_headers: seconds, kometa_body: seconds, kometa_pause: seconds, kometa_idle: seconds },
}
/** After this time no process of an ended job may be alive. */
const goneMs = 5_000

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

interface Running {
  tool: ChildProcess
  ended: Promise<unknown>
  /** What the tool said. */
  lines: string[]
  supervisor: number
  kometa: number
  all: number[]
  acks(): string[]
  /** Uploads that were refused. */
  refused(): string[]
  /** Waits for this many more acknowledged uploads. */
  more(count: number): Promise<void>
  /** Lets Kometa run to its end. */
  enough(): void
}

async function startJob(world: JobWorld): Promise<Running> {
  const [acksFile, pidsFile, enoughFile] = ['acks', 'pids', 'enough'].map((name) => join(world.dir, name))
  if (!acksFile || !pidsFile || !enoughFile) throw new Error('three files')
  writeFileSync(acksFile, '')
  const order: RunJobOrder = {
    ...{ configPath: world.configPath, jobDir: world.jobDir, dataDir: world.dataDir, specs: ['Nosferatu'] },
    ...{ script: join(programs, 'uploader.js'), scriptArgs: [acksFile, pidsFile, '0', '100000', enoughFile] },
    ...{ idleTimeoutMs: timeoutMs, timeouts },
  }
  const tool = spawn(process.execPath, [join(programs, 'run-job.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(tool, 'close')
  const lines: string[] = []
  createInterface({ input: tool.stdout }).on('line', (line) => lines.push(line))
  const told = () => readFileSync(acksFile, 'utf8').split('\n')
  const acks = () => told().filter((line) => line.length === 64)
  const refused = () => told().filter((line) => line.startsWith('refused'))
  const more = (count: number) => {
    const wanted = acks().length + count
    return until(
      () => acks().length >= wanted,
      60_000,
      () => `an upload after ${lines.join('; ')}`,
    )
  }
  await more(5)
  const [kometa = 0, child = 0] = readFileSync(pidsFile, 'utf8').split('\n').map(Number)
  const below = descendants(tool.pid ?? 0)
  const supervisor = below.find((pid) => pid !== kometa && descendants(pid).includes(kometa)) ?? 0
  const all = [...new Set([...below, kometa, child])]
  return {
    tool,
    ended,
    lines,
    supervisor,
    kometa,
    all,
    acks,
    refused,
    more,
    enough: () => writeFileSync(enoughFile, ''),
  }
}

/** What holds after every pause: nothing lost, no process left, nothing let through. */
async function checkEnd(world: JobWorld, { all, acks, refused }: Running): Promise<void> {
  expect(refused()).toEqual([])
  await until(() => !all.some(isAlive), goneMs, 'the end of all processes')
  const folder = join(world.jobDir, 'output', 'by_ratingkey')
  const hashOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  const held = new Set(readdirSync(folder).map(hashOf))
  expect(acks().filter((hash) => !held.has(hash))).toEqual([])
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(existsSync(join(world.jobDir, '.lock'))).toBe(false)
  expect(readdirSync(join(world.dataDir, 'workspaces'))).toEqual([])
  world.assertUntouched()
}

/** What a job says when its Kometa, a stand-in without a log, ends undisturbed. */
const undisturbed = [
  'error Kometa ended before its run was finished (exit code 0).',
  expect.stringMatching(/^end failed [1-9]\d*$/),
]
const ends = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('phase '))

describe.skipIf(process.platform !== 'linux').concurrent('a pause longer than every timeout', () => {
  test.each([
    ['the tool', ({ tool }: Running) => [tool.pid ?? 0]],
    ['the supervisor', ({ supervisor }: Running) => [supervisor]],
    ['all of them', ({ tool, all }: Running) => [tool.pid ?? 0, ...all]],
  ])('%s: it goes on, and the job ends as if nothing had happened', { timeout: 120_000 }, async (_name, choose) => {
    await using world = await startJobWorld()
    const running = await startJob(world)
    const paused = choose(running)
    expect(paused.filter((pid) => !isAlive(pid))).toEqual([])
    for (const pid of paused) process.kill(pid, 'SIGSTOP')
    await wait(pauseMs)
    expect(running.tool.exitCode).toBeNull()
    expect(running.all.filter((pid) => !isAlive(pid))).toEqual([])
    for (const pid of paused) process.kill(pid, 'SIGCONT')
    await running.more(5)
    running.enough()
    await running.ended
    expect(ends(running.lines)).toEqual(undisturbed)
    await checkEnd(world, running)
  })

  test('Kometa: it is ended as hung, and the job says so', { timeout: 120_000 }, async () => {
    await using world = await startJobWorld()
    const running = await startJob(world)
    process.kill(running.kometa, 'SIGSTOP')
    await running.ended
    expect(ends(running.lines)).toEqual([
      'error Kometa said nothing for too long and was ended.',
      expect.stringMatching(/^end failed [1-9]\d*$/),
    ])
    await checkEnd(world, running)
  })

  test('the figure', () => {
    recordFigure({
      name: 'SIGSTOP of the tool, of its supervisor, of Kometa, of all, for longer than every timeout',
      value:
        '4 jobs: 0 acknowledged pictures lost, 0 orphans, 0 writes let through; only a Kometa that stands still is called hung',
      goal: '0, 0, 0; nobody who stood still for us is called dead',
    })
  })
})
