import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/** A job runs again with the config that was asked for: the file as it is now, or what the job itself ran with. */
let it: TestStudio
let first: string

beforeAll(async () => {
  it = await openStudio()
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  first = await ended((await it.get('startJob', { body: { connectionId: connection.id, targets } })).id)
}, 120_000)
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

async function ended(jobId: string): Promise<string> {
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  return jobId
}
const configOf = (jobId: string) => it.get('getJobConfig', { params: { jobId } })
const rerun = async (jobId: string, use?: 'file' | 'job') => {
  const job = await it.get('rerunJob', { params: { jobId }, body: use === undefined ? {} : { use } })
  return ended(job.id)
}

test('as long as the file is the same, both are the file', async () => {
  const again = await rerun(first, 'job')
  expect(await configOf(again)).toMatchObject({ edited: false, text: (await configOf(first)).text })
}, 120_000)

test('once the file has changed, each is what its name says', async () => {
  await writeFile(it.configPath, `${defaultConfig(it.plex)}# changed on disk\n`)
  const file = await rerun(first, 'file')
  expect((await configOf(file)).text).toContain('# changed on disk')
  expect((await it.get('getJob', { params: { jobId: file } })).configEdited).toBe(false)

  const job = await rerun(first, 'job')
  expect((await configOf(job)).text).not.toContain('# changed on disk')
  const detail = await it.get('getJob', { params: { jobId: job } })
  expect(detail).toMatchObject({ status: 'success', configEdited: true, configPath: it.configPath })
  expect(await configOf(first)).toMatchObject({ edited: false })

  // The other way round: from the config of a job back to the file.
  const back = await rerun(job, 'file')
  expect((await configOf(back)).text).toContain('# changed on disk')
  expect((await it.get('getJob', { params: { jobId: back } })).configEdited).toBe(false)
  // Unless something else is asked for, a config of its own stays one.
  expect((await configOf(await rerun(job))).text).not.toContain('# changed on disk')
}, 120_000)
