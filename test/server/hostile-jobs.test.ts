import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportSummary } from '../../src/cli/screen/report.ts'
import { plainText } from '../../src/cli/screen/screen.ts'
import type { JobDetail } from '../../src/contract/api/api-jobs.ts'
import { apiUrl, type RouteName } from '../../src/contract/api/api-paths.ts'
import { summarySchema } from '../../src/contract/summary.ts'
import { acquireJobLock } from '../../src/run/job-folder/job-lock.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { listen } from './event-source.ts'
import { openStudio, type TestStudio } from './open-studio.ts'

/** Job folders that somebody else has written, with links that lead elsewhere and odd content. */
let it: TestStudio
/** A complete job of the command line, which the tests then spoil. */
let model: string
let jobs: string

beforeAll(async () => {
  it = await openStudio()
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  const job = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: job.id }))
  await stream.until(({ event }) => event.type === 'closed')
  jobs = join(it.dataDir, 'jobs')
  model = join(it.dir, 'model')
  await cp(join(jobs, job.id), model, { recursive: true })
  await rm(join(model, 'studio'), { recursive: true })
}, 120_000)
afterAll(async () => {
  await it[Symbol.asyncDispose]()
})

async function plant(id: string, spoil: (dir: string) => Promise<unknown> | unknown): Promise<string> {
  const dir = join(jobs, id)
  await cp(model, dir, { recursive: true })
  await spoil(dir)
  return dir
}
const idsShown = async () => (await it.get('listJobs')).jobs.map(({ id }) => id)
const ofJob: RouteName[] = ['getJob', 'getJobConfig', 'getJobSafety', 'getLogLines', 'jobLog', 'jobZip']
const bytesOf = async (name: RouteName, jobId: string) =>
  (await it.bytes(apiUrl(name, { jobId }))).body.toString('latin1')

test('a job folder with links as folders is no job; files that are links or pipes are not read', async () => {
  const secret = join(it.dir, 'secrets')
  await mkdir(join(secret, 'deep'), { recursive: true })
  for (const name of ['a.log', 'a.png', 'summary.json', 'config.yml', 'job.json']) {
    await writeFile(join(secret, name), '"inside: the secret"')
  }
  for (const folder of ['studio', 'config', 'input', 'output', 'logs']) {
    await plant(`linked-${folder}`, async (dir) => {
      await rm(join(dir, folder), { recursive: true, force: true })
      await symlink(secret, join(dir, folder))
    })
  }
  await plant('linked-files', async (dir) => {
    await symlink(join(secret, 'a.log'), join(dir, 'logs', 'more.log'))
    await symlink(join(secret, 'a.png'), join(dir, 'output', 'more.png'))
    await symlink(secret, join(dir, 'output', 'more'))
    await mkdir(join(dir, 'studio'))
    await symlink(join(secret, 'config.yml'), join(dir, 'studio', 'config.yml'))
  })
  await plant('pipes', async (dir) => {
    await mkdir(join(dir, 'studio'))
    for (const path of ['studio/job.json', 'studio/config.yml', 'studio/masks.json', 'studio/events.jsonl']) {
      execFileSync('mkfifo', [join(dir, path)])
    }
    await rm(join(dir, 'config', 'preview.yml'), { force: true })
    execFileSync('mkfifo', [join(dir, 'config', 'preview.yml'), join(dir, 'logs', 'pipe.log')])
  })
  await symlink(model, join(jobs, 'itself-a-link'))
  const shown = await idsShown()
  expect(shown.filter((id) => id.startsWith('linked-') || id === 'itself-a-link')).toEqual(['linked-files'])
  expect(shown).toContain('pipes')
  for (const jobId of ['linked-files', 'pipes']) {
    for (const name of ofJob) {
      const text = await bytesOf(name, jobId)
      expect([name, text.includes('the secret'), text.length > 0]).toEqual([name, false, true])
    }
    using past = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
    await past.closed
  }
  // A record was written inside each of them, and not through a link.
  expect(await readdir(secret)).toHaveLength(6)
  expect(await readFile(join(secret, 'job.json'), 'utf8')).toContain('the secret')
  expect(it.failures.splice(0)).toEqual([])
})

test('a planted difference that is a link is not sent', async () => {
  const dir = await plant('heat', () => undefined)
  const target = (await it.get('getJob', { params: { jobId: 'heat' } })).targets[0]
  const folder = join(dir, 'studio', 'differences')
  await mkdir(folder, { recursive: true })
  const pair = [target?.before, target?.after].map((image) => image?.sha256.slice(0, 16)).join('-')
  await symlink('/etc/passwd', join(folder, `${pair}.png`))
  const answer = await it.bytes(apiUrl('jobDifference', { jobId: 'heat', targetId: target?.id ?? '' }))
  expect(answer.body.toString('latin1')).not.toContain('root:')
})

test('a folder that cannot be read as a job does not hide the others, not even at the start', async () => {
  const header = '# Written by kometa-preview.\npreview:\n  config: '
  await plant('torn', (dir) => writeFile(join(dir, 'config', 'preview.yml'), `${header}"no end\n`))
  await plant('odd-name ü_..', () => undefined)
  await plant('empty', (dir) => writeFile(join(dir, 'output', 'summary.json'), ''))
  await plant('list', (dir) => writeFile(join(dir, 'output', 'summary.json'), '[]'))
  await plant('dir-as-file', async (dir) => {
    await rm(join(dir, 'output', 'summary.json'))
    await mkdir(join(dir, 'output', 'summary.json'))
  })
  await plant('record', async (dir) => {
    await mkdir(join(dir, 'studio'))
    await writeFile(join(dir, 'studio', 'job.json'), '{"version":1,"id":"../../elsewhere","origin":"studio"}')
  })
  const shown = await idsShown()
  const odd = shown.find((id) => id.startsWith('odd-name-'))
  expect(odd).toMatch(/^odd-name-_\.\.-[0-9a-f]{8}$/)
  expect(shown).toEqual(expect.arrayContaining(['torn', 'record', 'empty', 'list', 'dir-as-file']))
  expect((await it.get('getJob', { params: { jobId: odd ?? '' } })).targets[0]?.after).not.toBeNull()
  await it.studio[Symbol.asyncDispose]()
  const again = await openStudio({ dir: it.dir, plex: it.plex })
  it = { ...again, [Symbol.asyncDispose]: it[Symbol.asyncDispose], failures: it.failures, studio: again.studio }
  expect((await idsShown()).toSorted()).toEqual(shown.toSorted())
  expect((await it.call('deleteJob', { params: { jobId: odd ?? '' } })).status).toBe(204)
  expect((await readdir(jobs)).some((name) => name.startsWith('odd-name'))).toBe(false)
  expect(again.failures).toEqual([])
})

test('the config that a job names is read only in the allowed folders', async () => {
  const outside = join(it.dir, 'other.yml')
  await writeFile(outside, 'plex: {url: http://127.0.0.1, token: other}\nlibraries: {}\n')
  const text = `# Written by kometa-preview.\npreview:\n  config: ${outside}\n  targets: []\n`
  await plant('stranger', (dir) => writeFile(join(dir, 'config', 'preview.yml'), text))
  await idsShown()
  const config = await it.call('getJobConfig', { params: { jobId: 'stranger' } })
  expect([config.status, config.text]).toEqual([403, expect.stringContaining('--allow-folder')])
  const again = await it.call('rerunJob', { params: { jobId: 'stranger' }, body: {} })
  expect(again.status).toBe(403)
  const check = await it.call('checkConfig', { body: { text: 'libraries: {}', jobId: 'stranger' } })
  expect(check.status).toBe(403)
})

test('a target whose id is a path is no target, so that no file of that name is ever written', async () => {
  await plant('climber', async (dir) => {
    const path = join(dir, 'output', 'summary.json')
    const summary = JSON.parse(await readFile(path, 'utf8'))
    summary.targets.push({ ...summary.targets[0], id: '../../../climbed' })
    await writeFile(path, JSON.stringify(summary))
  })
  await idsShown()
  const { targets } = await it.get('getJob', { params: { jobId: 'climber' } })
  expect(targets.map(({ id }) => id)).toHaveLength(1)
})

/** Each value of a document, replaced by something else. */
const oddValues = [
  null,
  true,
  -1,
  0.5,
  1e308,
  '',
  'x'.repeat(70_000),
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '\u0000\ud800',
  {},
  [],
  [null],
  JSON.parse('{"__proto__":{"polluted":true}}'),
]

test('whatever a summary holds, each route answers as its schema says', async () => {
  const whole = await readFile(join(model, 'output', 'summary.json'), 'utf8')
  const places: (string | number)[][] = []
  const walk = (value: unknown, path: (string | number)[]) => {
    if (path.length > 0) places.push(path)
    if (Array.isArray(value)) for (const [at, one] of value.slice(0, 2).entries()) walk(one, [...path, at])
    else if (value !== null && typeof value === 'object')
      for (const [key, one] of Object.entries(value)) walk(one, [...path, key])
  }
  walk(JSON.parse(whole), [])
  expect(places.length).toBeGreaterThan(150)
  const edit = fc.tuple(fc.constantFrom(...places), fc.constantFrom(...oddValues))
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
      round += 1
      const jobId = `fuzz-${round}`
      const dir = await plant(jobId, async (folder) => {
        const summary = JSON.parse(whole)
        for (const [path, value] of edits) {
          let at = summary
          for (const key of path.slice(0, -1)) at = at?.[key]
          // A copy, since a later edit may change it.
          if (at !== null && typeof at === 'object') at[path.at(-1) ?? ''] = structuredClone(value)
        }
        await writeFile(join(folder, 'output', 'summary.json'), JSON.stringify(summary))
      })
      await it.get('listJobs')
      for (const name of ofJob) {
        const { status } = await it.bytes(apiUrl(name, { jobId }))
        expect([name, [200, 404].includes(status)]).toEqual([name, true])
      }
      await rm(dir, { recursive: true })
      expect(it.failures.splice(0)).toEqual([])
    }),
    { numRuns: Number(process.env.KOMETA_PREVIEW_FUZZ_RUNS ?? 40), endOnFailure: false },
  )
}, 180_000)

test('a job that is running is not deleted; a job whose folder is gone is', async () => {
  const dir = await plant('busy', () => undefined)
  await idsShown()
  {
    await using _lock = await acquireJobLock(openBeneath(dir))
    const refused = await it.call('deleteJob', { params: { jobId: 'busy' } })
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('command line')])
    expect((await stat(dir)).isDirectory()).toBe(true)
  }
  await rm(dir, { recursive: true })
  expect((await it.call('deleteJob', { params: { jobId: 'busy' } })).status).toBe(204)
  expect(await idsShown()).not.toContain('busy')
  expect(it.failures.splice(0)).toEqual([])
})

test('a job folder elsewhere is shown if it was named, and never removed', async () => {
  const elsewhere = join(it.dir, 'made with --out')
  await cp(model, elsewhere, { recursive: true })
  const dir = join(it.dir, 'second')
  await mkdir(join(dir, 'config'), { recursive: true })
  await using other = await openStudio({ dir, plex: it.plex, jobFolders: [elsewhere] })
  const summary = summarySchema.parse(JSON.parse(await readFile(join(elsewhere, 'output', 'summary.json'), 'utf8')))
  expect(plainText(reportSummary(summary, elsewhere, dir))).toContain(`kometa-preview serve --job "${elsewhere}"\n`)
  expect(plainText(reportSummary(summary, join(dir, 'jobs', 'x'), dir))).toContain('kometa-preview serve\n')
  const [job] = (await other.get('listJobs')).jobs
  expect(job).toMatchObject({ status: 'success', id: expect.stringMatching(/^made-with---out-[0-9a-f]{8}$/) })
  const jobId = job?.id ?? ''
  const detail: JobDetail = await other.get('getJob', { params: { jobId } })
  const sha256 = detail.targets[0]?.after?.sha256 ?? ''
  expect((await other.bytes(apiUrl('jobImage', { jobId, sha256 }))).status).toBe(200)
  // The limit of jobs would remove it.
  await other.get('updateSettings', { body: { maxAgeDays: 0, maxJobs: 0, maxBytes: 1 } })
  expect(await other.get('pruneJobs')).toEqual({ removed: [], bytes: 0 })
  expect((await other.call('deleteJob', { params: { jobId } })).status).toBe(204)
  expect((await other.get('listJobs')).jobs).toEqual([])
  expect((await stat(join(elsewhere, 'output', 'summary.json'))).isFile()).toBe(true)
  expect(other.failures).toEqual([])
})
