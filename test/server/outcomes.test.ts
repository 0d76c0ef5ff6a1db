import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/** The outcome of a job and of each item: an item that was not drawn is different from one that failed. */
let it: TestStudio
/** Tests that need another renderer replace this one. */
let renderer: Renderer = sampleRenderer()

beforeAll(async () => {
  // Nothing is drawn on shows, so it is known that they stay as they are.
  const config = (plex: Parameters<typeof defaultConfig>[0]) =>
    defaultConfig(plex).replace(
      'Shows:\n    overlay_files:\n      - default: resolution\n',
      'Shows:\n    overlay_files:\n',
    )
  it = await openStudio({ config, makeRenderer: async () => renderer })
  await it.connect()
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

async function start(...ratingKeys: string[]) {
  const { connection } = await it.get('getConnection')
  const server = connection?.servers[0]?.id ?? ''
  const targets = ratingKeys.map((ratingKey) => ({ server, ratingKey }))
  return it.get('startJob', { body: { connectionId: connection?.id ?? '', targets } })
}
async function finished(jobId: string) {
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  const entry = (await it.get('listJobs')).jobs.find(({ id }) => id === jobId)
  return { job: await it.get('getJob', { params: { jobId } }), entry }
}

test('an item on which Kometa draws nothing is neither an error nor a failure of the job', async () => {
  const { job } = await finished((await start('2000')).id)
  expect(job.targets).toMatchObject([{ outcome: 'untouched', reason: 'No overlay matched this item.' }])
  expect(job).toMatchObject({ status: 'failed', onlyUntouched: true, stoppedIn: null })

  const both = await finished((await start('101', '2000')).id)
  expect(both.job.targets.map(({ outcome }) => outcome)).toEqual(['changed', 'untouched'])
  expect(both.entry).toMatchObject({
    status: 'partial',
    onlyUntouched: true,
    counts: { changed: 1, untouched: 1, missing: 0, error: 0 },
  })
}, 120_000)

/** A renderer that starts, and says nothing more until it is ended. */
const silent = (): Renderer => ({
  ...sampleRenderer(),
  command: process.execPath,
  args: () => ['-e', 'process.stdout.write("| Starting Run |\\n"); setInterval(() => {}, 1000)'],
})

test('a cancelled job marks the phase where it stopped; targets that were not drawn are cancelled', async () => {
  renderer = silent()
  await it.get('checkKometa')
  const { id } = await start('101', '102')
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: id }))
  await stream.until(({ event }) => event.type === 'phase' && event.phase === 'kometa')
  await it.get('cancelJob', { params: { jobId: id } })
  const { job, entry } = await finished(id)
  expect(job.targets.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled'])
  expect(job.phases.at(-1)?.phase).toBe('results')
  expect(job).toMatchObject({ status: 'cancelled', stoppedIn: 'kometa', onlyUntouched: false })
  expect(entry?.counts).toMatchObject({ cancelled: 2, missing: 0, error: 0 })
}, 120_000)

test('a job that was cancelled while it waited has drawn nothing, and has not failed', async () => {
  renderer = silent()
  await it.get('checkKometa')
  const running = await start('101')
  const waiting = await start('102')
  await it.get('cancelJob', { params: { jobId: waiting.id } })
  const job = await it.get('getJob', { params: { jobId: waiting.id } })
  expect([job.status, job.targets[0]?.outcome, job.stoppedIn]).toEqual(['cancelled', 'cancelled', null])
  await it.get('cancelJob', { params: { jobId: running.id } })
  await finished(running.id)
}, 120_000)

test('a job that fails marks the phase that failed, and not the last phase', async () => {
  renderer = { ...silent(), args: () => ['-e', 'process.stdout.write("| Starting Run |\\n"); process.exit(1)'] }
  await it.get('checkKometa')
  const { job } = await finished((await start('101')).id)
  expect(job.phases.at(-1)?.phase).toBe('results')
  expect(job).toMatchObject({ status: 'failed', stoppedIn: 'kometa', targets: [{ outcome: 'error' }] })

  renderer = sampleRenderer()
  await it.get('checkKometa')
  const { id } = await start('101')
  await it.plex[Symbol.asyncDispose]()
  const early = await finished(id)
  expect(early.job).toMatchObject({ status: 'failed', stoppedIn: 'check', targets: [{ outcome: 'error' }] })
  expect(early.job.targets[0]?.reason).toBe(early.job.problem?.message)
}, 120_000)

test('a config without a TMDb key is an error for Kometa, and none for its stand-in', async () => {
  const config = (plex: Parameters<typeof defaultConfig>[0]) => defaultConfig(plex).replace(/tmdb:\n.*\n/, '')
  await using sample = await openStudio({ config })
  expect(await sample.connect()).toMatchObject({ usable: true, problems: [] })
  const kometa = async (): Promise<Renderer> => ({ ...sampleRenderer(), kind: 'kometa' })
  await using real = await openStudio({ config, makeRenderer: kometa })
  const connection = await real.connect()
  expect(connection.usable).toBe(false)
  expect(connection.problems).toMatchObject([
    { severity: 'error', message: expect.stringContaining('tmdb.apikey is missing: Kometa does not start without it') },
  ])
})
