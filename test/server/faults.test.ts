import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/** What Kometa left out of the config is told even if each item has its picture. */
let it: TestStudio
beforeAll(async () => {
  const config = (plex: Parameters<typeof defaultConfig>[0]) =>
    defaultConfig(plex).replace(
      'Movies:\n    overlay_files:\n',
      'Movies:\n    overlay_files:\n      - file: config/nothing.yml\n',
    )
  it = await openStudio({ config })
  await it.connect()
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

test('the jobs list counts the faults, and the job names each with file and line', async () => {
  const { connection } = await it.get('getConnection')
  const server = connection?.servers[0]?.id ?? ''
  const { id } = await it.get('startJob', {
    body: { connectionId: connection?.id ?? '', targets: [{ server, ratingKey: '101' }] },
  })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: id }))
  await stream.until(({ event }) => event.type === 'closed')
  const entry = (await it.get('listJobs')).jobs.find((job) => job.id === id)
  expect(entry).toMatchObject({ status: 'success', faultCount: 1 })
  const job = await it.get('getJob', { params: { jobId: id } })
  expect(job.faults).toEqual([
    { library: 'Movies', words: expect.stringMatching(/, line \d+ \(Movies\): .*config\/nothing\.yml/) },
  ])
  expect(job.emptySearches).toEqual([])
}, 120_000)
