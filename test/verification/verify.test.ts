import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/job-config.ts'
import type { Summary } from '../../src/contract/summary.ts'
import type { VerifyReport } from '../../src/contract/verification.ts'
import { verifyJob } from '../../src/run/verify-job.ts'
import { cli } from '../cli/cli.ts'
import { canaries, type JobWorld, run, startJobWorld } from '../e2e/job-world.ts'
import { ownRequest } from '../support/watched-plex.ts'

let world: JobWorld
let kept: Map<string, Buffer>
beforeAll(async () => {
  world = await startJobWorld()
  const { summary } = await run(world, { specs: ['Nosferatu'], writeJobFile: true })
  expect(summary.status).toBe('success')
  kept = new Map(
    ['output/summary.json', 'output/ledger.jsonl', 'output/fingerprint.json', ...summary.output_files].map((name) => [
      name,
      readFileSync(join(world.jobDir, name)),
    ]),
  )
})
afterAll(() => world[Symbol.asyncDispose]())

const path = (name: string) => join(world.jobDir, name)
const readSummary = () => JSON.parse(readFileSync(path('output/summary.json'), 'utf8')) as Summary
/** Every file as the job left it. */
function restore(): void {
  for (const [name, bytes] of kept) {
    rmSync(path(name), { force: true })
    writeFileSync(path(name), bytes)
  }
}

const verify = (config = () => loadJobConfig({ kind: 'job', jobDir: world.jobDir }, { env: {} })) =>
  verifyJob(world.jobDir, { config, dataDir: world.dataDir, signal: new AbortController().signal })
const of = ({ checks }: VerifyReport, id: string) => checks.filter((check) => check.id === id)

test('an untouched job: every check is well, and Plex was only read', async () => {
  const report = await verify()
  expect(report.checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'summary ok',
    'ledger ok',
    'writes ok',
    'outputs ok',
    'certificate ok',
    'live ok',
  ])
  expect(report).toMatchObject({ ok: true, job: world.jobDir })
  world.assertUntouched()
})

test.each<[string, () => void, string, RegExp]>([
  [
    'a line of the ledger was changed',
    () => {
      const text = readFileSync(path('output/ledger.jsonl'), 'utf8')
      writeFileSync(path('output/ledger.jsonl'), text.replace('"verdict":"capture"', '"verdict":"forward"'))
    },
    'ledger',
    /the chain breaks at line|the ledger ends at line/,
  ],
  [
    'the last line was taken out',
    () => {
      const lines = readFileSync(path('output/ledger.jsonl'), 'utf8').trimEnd().split('\n')
      writeFileSync(path('output/ledger.jsonl'), `${lines.slice(0, -1).join('\n')}\n`)
    },
    'ledger',
    /the ledger ends at line \d+, the summary says \d+/,
  ],
  [
    'a write was forwarded, and the chain is whole',
    () => {
      const summary = readSummary()
      const line = JSON.stringify({
        seq: summary.ledger.count + 1,
        prev: summary.ledger.head,
        time: summary.timestamp,
        source: 'proxy',
        server: summary.servers[0]?.id,
        method: 'PUT',
        target: '/library/metadata/101',
        verdict: 'forward',
        reason: '',
        status: 200,
        bytes: 0,
        durationMs: 1,
      })
      appendFileSync(path('output/ledger.jsonl'), `${line}\n`)
      summary.ledger.head = createHash('sha256').update(line).digest('hex')
      summary.ledger.count += 1
      writeFileSync(path('output/summary.json'), JSON.stringify(summary))
    },
    'writes',
    /1 write was forwarded; the first: PUT \/library\/metadata\/101/,
  ],
  [
    'the summary says other numbers than the ledger',
    () => {
      const summary = readSummary()
      summary.verification.blocked += 1
      writeFileSync(path('output/summary.json'), JSON.stringify(summary))
    },
    'writes',
    /the ledger has \d+ blocked writes, the summary says \d+/,
  ],
  [
    'a picture was changed by a byte',
    () => {
      const [name = ''] = readSummary().output_files
      const bytes = readFileSync(path(name))
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      writeFileSync(path(name), bytes)
    },
    'outputs',
    /is not what the summary says: its bytes changed/,
  ],
  ['a picture is gone', () => rmSync(path(readSummary().output_files[0] ?? '')), 'outputs', / is gone$/],
  [
    'a picture is a link out of the job',
    () => {
      const [name = ''] = readSummary().output_files
      rmSync(path(name))
      symlinkSync(world.configPath, path(name))
    },
    'outputs',
    /is not inside the job/,
  ],
  [
    'the fingerprint was changed',
    () => appendFileSync(path('output/fingerprint.json'), ' '),
    'outputs',
    /fingerprint\.json is not what the summary says/,
  ],
  [
    'the summary is torn',
    () => writeFileSync(path('output/summary.json'), '{"schema_version": 1'),
    'summary',
    /no JSON/,
  ],
])('%s', async (_name, change, id, words) => {
  try {
    change()
    const report = await verify()
    expect(report.ok).toBe(false)
    const problems = of(report, id).filter(({ status }) => status === 'problem')
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.map(({ detail }) => detail).join('\n')).toMatch(words)
  } finally {
    restore()
  }
})

test('Plex cannot be asked: unknown, which is no failure', async () => {
  const elsewhere = join(world.dir, 'nowhere.yml')
  const report = await verify(() => loadJobConfig({ kind: 'config', configPath: elsewhere }, { env: {} }))
  expect(report.ok).toBe(true)
  expect(of(report, 'live')).toMatchObject([
    { status: 'unknown', detail: expect.stringMatching(/^Plex was not asked: /) },
  ])
})

test('the command: a line per check, JSON, exit codes', async () => {
  const good = await cli(['verify', '--job', world.jobDir, '--data', world.dataDir])
  expect(good).toMatchObject({ code: 0 })
  expect(good.stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^ok {6} Summary: success, of 2/),
    expect.stringMatching(/^ok {6} Ledger: \d+ lines/),
    expect.stringMatching(/^ok {6} Writes: 0 writes forwarded, \d+ blocked$/),
    expect.stringMatching(/^ok {6} Pictures: \d+ files are what the summary says$/),
    expect.stringMatching(/^ok {6} Plex before and after the run: Every field/),
    expect.stringMatching(/^ok {6} Plex now: Plex holds for 1 item what/),
    '',
    'All is well.',
  ])
  expect(good.stdout + good.stderr).not.toContain(canaries.plex)

  // Somebody labels the film, as a real run of Kometa would.
  const target = '/library/sections/1/all?type=1&id=101&label%5B0%5D.tag.tag=Overlay'
  world.plex.mayChange()
  const headers = { 'X-Plex-Token': canaries.plex, ...ownRequest }
  const answer = await fetch(`${world.plex.url}${target}`, { method: 'PUT', headers })
  expect(answer.ok).toBe(true)
  const changed = await cli(['verify', '--job', world.jobDir, '--data', world.dataDir, '--json'])
  expect(changed.code).toBe(1)
  const report = JSON.parse(changed.stdout) as VerifyReport
  expect(report.ok).toBe(false)
  expect(of(report, 'live').map(({ detail }) => detail)).toContainEqual(
    expect.stringMatching(/^Nosferatu \(101\): labels was .* on 2.*, is .*Overlay$/),
  )
  const nowhere = await cli(['verify', '--job', join(world.dir, 'no-job')])
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no finished job') })
})
