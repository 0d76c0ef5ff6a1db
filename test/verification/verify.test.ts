import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { Summary } from '../../src/contract/summary.ts'
import type { VerifyReport } from '../../src/contract/verification.ts'
import { verifyJob } from '../../src/run/verify/verify-job.ts'
import { cli } from '../cli/cli.ts'
import { canaries, type JobWorld, run, startJobWorld } from '../e2e/job-world.ts'
import { ownRequest } from '../support/watched-plex.ts'

let world: JobWorld
let kept: Map<string, Buffer>
const own = ['output/summary.json', 'output/ledger.jsonl', 'output/fingerprint.json', 'output/SHA256SUMS']
beforeAll(async () => {
  world = await startJobWorld()
  const { summary } = await run(world, { specs: ['Nosferatu'], writeJobFile: true })
  expect(summary.status).toBe('success')
  kept = new Map([...own, ...summary.output_files].map((name) => [name, readFileSync(join(world.jobDir, name))]))
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

const oldSummaries = join(import.meta.dirname, '../fixtures/old-summaries')

/** The value with the keys that `shape` has, at every depth: what a version that knew only these would have written. */
function inShapeOf(value: unknown, shape: unknown): unknown {
  if (Array.isArray(value))
    return Array.isArray(shape) && shape[0] ? value.map((one) => inShapeOf(one, shape[0])) : value
  if (typeof value !== 'object' || typeof shape !== 'object' || value === null || shape === null) return value
  const known = Object.entries(shape)
  const isTable = known.length === 0 || known.every(([key]) => !(key in value))
  return isTable ? value : Object.fromEntries(known.map(([key, one]) => [key, inShapeOf(Reflect.get(value, key), one)]))
}

test.each(readdirSync(oldSummaries).sort())(
  'a job of an earlier version (%s) has no problem, and what it does not say is unknown',
  async (name) => {
    restore()
    const shape: unknown = JSON.parse(readFileSync(join(oldSummaries, name), 'utf8'))
    const { exported_files, durations_ms, ...summary } = readSummary()
    const old = { ...(inShapeOf(summary, shape) as object), exported_files, durations_ms }
    writeFileSync(path('output/summary.json'), JSON.stringify(old))
    // The summary has changed since its checksum was written.
    rmSync(path('output/SHA256SUMS'))
    const report = await verify()
    expect(report.checks.filter(({ status }) => status === 'problem')).toEqual([])
    const certificate = 'verification' in old ? 'ok' : 'unknown'
    expect(of(report, 'certificate').map(({ status }) => status)).toEqual([certificate])
    expect(of(report, 'live').map(({ status }) => status)).toEqual([certificate])
    const isWhole = ['scope', 'gate', 'isolation', 'verification'].every((part) => part in old)
    expect(of(report, 'summary').map(({ status }) => status)).toEqual(isWhole ? ['ok'] : ['ok', 'unknown'])
    restore()
  },
)

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
    'the last line says something else, and its number is right',
    () => {
      const lines = readFileSync(path('output/ledger.jsonl'), 'utf8').trimEnd().split('\n')
      const last = lines.pop() ?? ''
      writeFileSync(
        path('output/ledger.jsonl'),
        `${[...lines, last.replace('"status":200', '"status":204')].join('\n')}\n`,
      )
    },
    'ledger',
    /the last line, \d+, is not the one that the summary names/,
  ],
  [
    'a line in the middle was taken out',
    () => {
      const lines = readFileSync(path('output/ledger.jsonl'), 'utf8').trimEnd().split('\n')
      writeFileSync(path('output/ledger.jsonl'), `${lines.toSpliced(2, 1).join('\n')}\n`)
    },
    'ledger',
    /the chain breaks at line 3: a line was changed, added or taken out/,
  ],
  [
    'the ledger is cut off in the middle of a line',
    () => writeFileSync(path('output/ledger.jsonl'), readFileSync(path('output/ledger.jsonl')).subarray(0, -40)),
    'ledger',
    /is no ledger line/,
  ],
  ['the ledger is gone', () => rmSync(path('output/ledger.jsonl')), 'ledger', /ledger\.jsonl cannot be read/],
  [
    'a line says nothing, and the chain is whole',
    () => {
      const summary = readSummary()
      const line = JSON.stringify({ seq: summary.ledger.count + 1, prev: summary.ledger.head })
      appendFileSync(path('output/ledger.jsonl'), `${line}\n`)
      summary.ledger.head = createHash('sha256').update(line).digest('hex')
      summary.ledger.count += 1
      writeFileSync(path('output/summary.json'), JSON.stringify(summary))
    },
    'writes',
    /has a line that does not say what became of a request/,
  ],
  [
    'the summary was made nicer',
    () => {
      const text = readFileSync(path('output/summary.json'), 'utf8')
      writeFileSync(path('output/summary.json'), text.replace('"status": "success"', '"status": "partial"'))
    },
    'summary',
    /summary\.json is not what output\/SHA256SUMS says: it was changed after the job/,
  ],
  [
    'the list of checksums names a file outside of the job',
    () => appendFileSync(path('output/SHA256SUMS'), `${'0'.repeat(64)}  ../config.yml\n`),
    'outputs',
    /\.\.\/config\.yml is not inside the job/,
  ],
  [
    'the list of checksums is torn',
    () => writeFileSync(path('output/SHA256SUMS'), 'abc'),
    'outputs',
    /has a line that is no checksum/,
  ],
  [
    'the list of checksums lost the summary',
    () => {
      const text = readFileSync(path('output/SHA256SUMS'), 'utf8')
      writeFileSync(path('output/SHA256SUMS'), text.replace(/^.*summary\.json\n/m, ''))
    },
    'outputs',
    /does not name the summary/,
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

test('a job of an earlier version has no list of checksums, and all else is checked', async () => {
  try {
    rmSync(path('output/SHA256SUMS'))
    expect((await verify()).checks.map(({ status }) => status)).toEqual(Array(6).fill('ok'))
  } finally {
    restore()
  }
})

test('the list of checksums is one that sha256sum reads, and holds all that the job put out', () => {
  const lines = readFileSync(path('output/SHA256SUMS'), 'utf8').trimEnd().split('\n')
  const names = lines.map((line) => line.replace(/^[0-9a-f]{64} {2}/, ''))
  const summary = readSummary()
  const before = summary.targets.flatMap((target) => (target.before ? [target.before.path] : []))
  expect(names.sort()).toEqual(
    [...new Set([...own.filter((name) => !name.endsWith('SUMS')), ...summary.output_files, ...before])].sort(),
  )
  const result = spawnSync('sha256sum', ['--check', '--strict', 'output/SHA256SUMS'], { cwd: world.jobDir })
  expect(result.error ? 0 : result.status).toBe(0)
})

test('if Plex cannot be asked, that is unknown and no failure', async () => {
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
    'Everything is fine.',
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
