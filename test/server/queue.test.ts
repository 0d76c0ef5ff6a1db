import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { JobDetail } from '../../src/contract/api/api-jobs.ts'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { summarySchema } from '../../src/contract/summary.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { runJob } from '../../src/run/run.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { listen } from './event-source.ts'
import { openStudio, plexToken, type TestStudio } from './open-studio.ts'

/** A renderer that says that it has started, and then nothing until it is ended. */
const waiting = async (): Promise<Renderer> => ({
  ...sampleRenderer(),
  command: process.execPath,
  args: () => ['-e', 'process.stdout.write("| Starting Run |\\n"); setInterval(() => {}, 1000)'],
})

async function start(it: TestStudio, ratingKeys: string[], configText?: string): Promise<JobDetail> {
  const { connection } = await it.get('getConnection')
  const server = connection?.servers[0]?.id ?? ''
  const targets = ratingKeys.map((ratingKey) => ({ server, ratingKey }))
  return it.get('startJob', {
    body: { connectionId: connection?.id ?? '', targets, ...(configText === undefined ? {} : { configText }) },
  })
}
const events = (it: TestStudio, jobId: string) => listen(it.studio.url + apiUrl('jobEvents', { jobId }))
const detail = (it: TestStudio, jobId: string) => it.get('getJob', { params: { jobId } })
const ended = async (it: TestStudio, jobId: string): Promise<JobDetail> => {
  using stream = events(it, jobId)
  await stream.until(({ event }) => event.type === 'closed')
  return detail(it, jobId)
}

test('one job runs, the others wait with their place shown, and can be cancelled', async () => {
  await using it = await openStudio({ makeRenderer: waiting })
  await it.connect()
  const [one, two, three] = [await start(it, ['101']), await start(it, ['102']), await start(it, ['103', '104'])]
  using stream = events(it, one.id)
  await stream.until(({ event }) => event.type === 'phase' && event.phase === 'kometa')
  using last = events(it, three.id)
  await last.until(({ event }) => event.type === 'status' && event.queuePlace === 2)
  expect((await it.get('listJobs')).jobs.map(({ id, status, queuePlace }) => [id, status, queuePlace])).toEqual([
    [one.id, 'running', null],
    [two.id, 'queued', 1],
    [three.id, 'queued', 2],
  ])
  expect(three.title).toBe('Metropolis (1927) and 1 more')
  expect((await it.get('getState')).jobs).toEqual({ total: 3, queued: 2, runningId: one.id })

  await it.get('cancelJob', { params: { jobId: two.id } })
  await last.until(({ event }) => event.type === 'status' && event.queuePlace === 1)
  expect(await detail(it, two.id)).toMatchObject({ status: 'cancelled', queuePlace: null })

  const began = performance.now()
  await it.get('cancelJob', { params: { jobId: one.id } })
  await stream.until(({ event }) => event.type === 'end')
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(await ended(it, one.id)).toMatchObject({ status: 'cancelled', problem: null })
  await last.until(({ event }) => event.type === 'status' && event.status === 'running')
  await it.get('cancelJob', { params: { jobId: three.id } })
  await last.until(({ event }) => event.type === 'closed')
  expect(it.failures).toEqual([])
})

test('the studio ends during a job: the job is marked as interrupted, and nothing hangs', async () => {
  const first = await openStudio({ makeRenderer: waiting })
  await first.connect()
  const [running, queued] = [await start(first, ['101']), await start(first, ['102'])]
  using stream = events(first, running.id)
  await stream.until(({ event }) => event.type === 'target')
  await first.studio[Symbol.asyncDispose]()
  expect(first.failures).toEqual([])
  await using it = await openStudio({ dir: first.dir, plex: first.plex })
  for (const { id } of [running, queued]) {
    const job = await detail(it, id)
    expect(job).toMatchObject({ status: 'interrupted', problem: { code: 'CANCELLED' }, canRerun: true })
    using past = events(it, id)
    await past.until(({ event }) => event.type === 'end' && event.status === 'interrupted')
    await past.closed
  }
  expect((await detail(it, running.id)).targets[0]?.before).toMatchObject({ type: 'jpg' })
  await it.studio[Symbol.asyncDispose]()
  await first.plex[Symbol.asyncDispose]()
})

test('the studio is killed during a job: the captures stay, and the interrupted job can run again', async () => {
  await using plex = await startSamplePlex({ libraries: smallLibraries(), token: plexToken })
  const seed = await openStudio({ plex })
  await seed.studio[Symbol.asyncDispose]()
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'studio-child.ts'), seed.dir, plex.url],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(child.stdout, 'data')
  const { url, jobId } = JSON.parse(String(line))
  using stream = listen(url + apiUrl('jobEvents', { jobId }))
  const capture = await stream.until(({ event }) => event.type === 'capture')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await stream.closed

  await using it = await openStudio({ dir: seed.dir, plex })
  const job = await detail(it, jobId)
  expect(job).toMatchObject({ status: 'interrupted', canRerun: true })
  const sha256 = capture.event.type === 'capture' ? (capture.event.image?.sha256 ?? '') : ''
  expect((await it.bytes(apiUrl('jobImage', { jobId, sha256 }))).status).toBe(200)
  using past = events(it, jobId)
  await past.closed
  const ids = past.received.flatMap(({ id }) => id ?? [])
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(ids.length)

  await it.connect()
  const again = await it.get('rerunJob', { params: { jobId }, body: {} })
  expect(await ended(it, again.id)).toMatchObject({ status: 'success', targetCount: job.targetCount })
  expect(plex.writes).toEqual([])
}, 120_000)

test('an edit belongs to its job: the user’s config stays, and secrets go only into our store', async () => {
  await using it = await openStudio()
  const connection = await it.connect()
  const before = await readFile(it.configPath, 'utf8')
  const edited = connection.text.replace('  Shows:', '  # edited in the studio\n  Shows:')
  const job = await ended(it, (await start(it, ['101'], edited)).id)
  expect(job).toMatchObject({ status: 'success', configEdited: true })
  expect(await readFile(it.configPath, 'utf8')).toBe(before)
  const config = await it.get('getJobConfig', { params: { jobId: job.id } })
  const secretsKeptUntil = expect.stringMatching(/^\d{4}-/)
  expect(config).toEqual({ name: 'config.yml', edited: true, text: edited, secretsKeptUntil, missingSecrets: [] })
  const inJob = (name: string) => readFile(join(job.folder, 'config', name), 'utf8')
  expect(await inJob('config.yml')).toContain('token: "<<kometa-preview-secret-1>>"')
  const [store = ''] = await readdir(join(it.dataDir, 'secrets'))
  expect(await readFile(join(it.dataDir, 'secrets', store), 'utf8')).toContain(plexToken)

  const twice = edited.replace('edited in the studio', 'edited twice')
  expect((await it.get('checkConfig', { body: { text: twice, jobId: job.id } })).usable).toBe(true)
  const again = await it.get('rerunJob', { params: { jobId: job.id }, body: { configText: twice } })
  expect(await ended(it, again.id)).toMatchObject({ status: 'success', configEdited: true })
  const shown = await it.get('getJobConfig', { params: { jobId: again.id } })
  expect(shown.text).toBe(twice)

  const moved = edited.replace('# edited in the studio', 'x: ••••••••1')
  const refused = await it.call('rerunJob', { params: { jobId: job.id }, body: { configText: moved } })
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('CONFIG_INVALID')])
  const broken = await it.call('rerunJob', { params: { jobId: job.id }, body: { configText: 'a: [' } })
  expect([broken.status, broken.text]).toEqual([422, expect.stringContaining('CONFIG_INVALID_YAML')])
  expect(it.failures).toEqual([])
}, 120_000)

test('a pasted config runs, and can be run again after a restart', async () => {
  const first = await openStudio()
  const text = await readFile(first.configPath, 'utf8')
  await first.get('connect', { body: { kind: 'text', text } })
  const job = await ended(first, (await start(first, ['101', '2011'])).id)
  expect(job).toMatchObject({ status: 'success', configEdited: false, config: 'config.yml' })
  await first.studio[Symbol.asyncDispose]()
  await using it = await openStudio({ dir: first.dir, plex: first.plex })
  const again = await it.get('rerunJob', { params: { jobId: job.id }, body: {} })
  expect(await ended(it, again.id)).toMatchObject({ status: 'success' })
  await first.plex[Symbol.asyncDispose]()
}, 120_000)

test('a job of the command line opens in the studio, and a job of the studio runs on the command line', async () => {
  await using it = await openStudio()
  await it.connect()
  const run = async (jobDir: string, source: Parameters<typeof loadJobConfig>[0], specs: string[]) =>
    runJob({
      config: await loadJobConfig(source, { env: {} }),
      jobDir,
      specs,
      renderer: sampleRenderer(),
      dataDir: it.dataDir,
      keepWorkspace: false,
      scoped: true,
      writeJobFile: source.kind === 'config',
      proxyPort: 0,
      env: { PATH: process.env.PATH },
      signal: new AbortController().signal,
      onEvent: () => undefined,
      onLine: () => undefined,
    })
  const id = '2026-01-01_00-00-00'
  await run(join(it.dataDir, 'jobs', id), { kind: 'config', configPath: it.configPath }, ['101'])
  const job = await detail(it, id)
  expect(job).toMatchObject({ status: 'success', config: 'config.yml', canRerun: true, counts: { changed: 1 } })
  expect(job.targets[0]).toMatchObject({ outcome: 'changed', ratingKey: '101' })
  const sha256 = job.targets[0]?.after?.sha256 ?? ''
  expect((await it.bytes(apiUrl('jobImage', { jobId: id, sha256 }))).status).toBe(200)
  using past = events(it, id)
  await past.closed
  expect(past.received.map(({ event }) => event.type)).toEqual(['closed'])
  const again = await ended(it, (await it.get('rerunJob', { params: { jobId: id }, body: {} })).id)
  expect(again.status).toBe('success')

  // The other way round, the folder of a job of the studio is a prepared job.
  const summary = await run(again.folder, { kind: 'job', jobDir: again.folder }, [])
  expect(summary.status).toBe('success')
  expect(it.failures).toEqual([])
}, 120_000)

test('old jobs are removed by age, count and size; a job that is marked to be kept stays', async () => {
  await using it = await openStudio()
  await it.connect()
  const ids: string[] = []
  for (const key of ['101', '102', '103']) ids.push((await ended(it, (await start(it, [key])).id)).id)
  const [oldest = '', middle = '', newest = ''] = ids
  await it.get('updateJob', { params: { jobId: oldest }, body: { keep: true } })
  const settings = { maxAgeDays: 0, maxJobs: 2, maxBytes: 0 }
  const changed = await it.get('updateSettings', { body: settings })
  expect(changed).toMatchObject({ settings, usage: { jobs: 3, prunable: { jobs: 1 } } })
  expect(changed.usage.jobBytes).toBeGreaterThan(0)
  expect(await it.get('pruneJobs')).toMatchObject({ removed: [middle] })
  expect((await it.get('listJobs')).jobs.map(({ id }) => id).toSorted()).toEqual([oldest, newest].toSorted())
  await expect(stat(join(it.dataDir, 'jobs', middle))).rejects.toThrow('ENOENT')
}, 120_000)

test('bad starts are refused in words', async () => {
  await using it = await openStudio()
  const connection = await it.connect()
  const server = connection.servers[0]?.id ?? ''
  const attempt = async (body: object) => {
    const { status, text } = await it.call('startJob', { body: body as never })
    return [status, JSON.parse(text).error.code]
  }
  const targets = [{ server, ratingKey: '101' }]
  expect(await attempt({ connectionId: 'old', targets })).toEqual([409, 'CONNECTION_CHANGED'])
  expect(await attempt({ connectionId: connection.id, targets: [] })).toEqual([400, 'BAD_REQUEST'])
  expect(await attempt({ connectionId: connection.id, targets: [{ server, ratingKey: '5' }] })).toEqual([
    422,
    'TARGET_UNKNOWN',
  ])
  expect(await attempt({ connectionId: connection.id, targets: [{ server, ratingKey: '../1' }] })).toEqual([
    400,
    'BAD_REQUEST',
  ])
  expect(await attempt({ connectionId: connection.id, targets, configText: 'a: [' })).toEqual([
    422,
    'CONFIG_INVALID_YAML',
  ])
  expect((await it.get('listJobs')).jobs).toEqual([])
})

test('a summary that names files elsewhere opens none of them', async () => {
  await using it = await openStudio()
  const outside = join(it.dir, 'outside.png')
  await writeFile(outside, Buffer.from([0x89, 0x50, 0x4e, 0x47]))
  const dir = join(it.dataDir, 'jobs', 'planted')
  await mkdir(join(dir, 'output'), { recursive: true })
  const sha256 = '0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543'
  const picture = { path: '../../../outside.png', type: 'png', size_bytes: 4, sha256, width: 1, height: 1 }
  const target = {
    id: 'x',
    rating_key: '1',
    title: '<img src=x onerror=alert(1)>',
    type: 'movie',
    library: 'Movies',
    server: 's',
    status: 'exported',
    reason: null,
    log_lines: [],
    before: picture,
    after: picture,
    kind: 'poster',
    restore: false,
    overlays_applied: [],
    base_used: null,
    may_differ: ['"Top" has a limit'],
    may_be_incomplete: null,
    depends_on_blocked_writes: false,
  }
  const ledger = { head: 'x', count: 1, uncounted_reads: 0, files: ['../../../../etc/passwd'] }
  await writeFile(
    join(dir, 'output', 'summary.json'),
    JSON.stringify({
      status: 'success',
      started_at: '2026-01-01T00:00:00.000Z',
      timestamp: '2026-01-01T00:00:01.000Z',
      targets: [target],
      ledger,
    }),
  )
  const { jobs } = await it.get('listJobs')
  expect(jobs.map(({ id }) => id)).toEqual(['planted'])
  expect((await it.bytes(apiUrl('jobImage', { jobId: 'planted', sha256 }))).status).toBe(404)
  const { checks } = await it.get('getJobSafety', { params: { jobId: 'planted' } })
  expect(checks.find(({ id }) => id === 'ledger')?.state).toBe('fail')
  // A title is text in JSON, and never a page.
  const answer = await it.call('getJob', { params: { jobId: 'planted' } })
  expect([answer.headers['content-type'], answer.body.title]).toEqual([
    'application/json',
    '<img src=x onerror=alert(1)>',
  ])
  expect(answer.body.targets[0]?.mayDiffer).toEqual(['"Top" has a limit'])
})

test('the next job asks Plex for little that was read before, and for all if the user wants that', async () => {
  await using it = await openStudio()
  await it.connect()
  const readsOf = async (id: string) => {
    const job = await ended(it, id)
    expect(job.status).toBe('success')
    const summary = summarySchema.parse(JSON.parse(await readFile(join(job.folder, 'output', 'summary.json'), 'utf8')))
    return summary.plex_reads?.forwarded ?? 0
  }
  const first = await start(it, ['101'])
  const asked = await readsOf(first.id)
  const again = await it.get('rerunJob', { params: { jobId: first.id }, body: {} })
  expect(await readsOf(again.id)).toBeLessThan(asked / 2)
  const fresh = await it.get('rerunJob', { params: { jobId: first.id }, body: { fresh: true } })
  expect(await readsOf(fresh.id)).toBe(asked)
  expect(it.plex.writes).toEqual([])
}, 120_000)
