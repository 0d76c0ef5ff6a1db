import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/** A job runs again with the config that the user chose: the file as it is now, or the config that the job ran with. */
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

test('while the file is the same, both choices are the file', async () => {
  const again = await rerun(first, 'job')
  expect(await configOf(again)).toMatchObject({ edited: false, text: (await configOf(first)).text })
}, 120_000)

test('when the file has changed, the two choices differ', async () => {
  await writeFile(it.configPath, `${defaultConfig(it.plex)}# changed on disk\n`)
  const file = await rerun(first, 'file')
  expect((await configOf(file)).text).toContain('# changed on disk')
  expect((await it.get('getJob', { params: { jobId: file } })).configEdited).toBe(false)

  const job = await rerun(first, 'job')
  expect((await configOf(job)).text).not.toContain('# changed on disk')
  const detail = await it.get('getJob', { params: { jobId: job } })
  expect(detail).toMatchObject({ status: 'success', configEdited: true, configPath: it.configPath })
  expect(await configOf(first)).toMatchObject({ edited: false })

  // And back: from the config of a job to the file.
  const back = await rerun(job, 'file')
  expect((await configOf(back)).text).toContain('# changed on disk')
  expect((await it.get('getJob', { params: { jobId: back } })).configEdited).toBe(false)
  // Without a choice, a job with its own config keeps it.
  expect((await configOf(await rerun(job))).text).not.toContain('# changed on disk')
}, 120_000)
