import { rename, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StudioEvent } from '../../src/contract/api/api-events.ts'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/** Connect shows the file and the Plex as they are now. */
let it: TestStudio
beforeEach(async () => {
  it = await openStudio()
})
afterEach(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})
const refresh = async () => {
  const { connection } = await it.get('refreshConnection')
  if (connection === null) throw new Error('nothing is connected')
  return connection
}
const targetsOf = (server: string | null | undefined) => [{ server: server ?? '', ratingKey: '101' }]

test('without a connection, or without a change, nothing changes', async () => {
  expect(await it.get('refreshConnection')).toEqual({ connection: null, lastPath: null })
  const connection = await it.connect()
  const [again, twice] = await Promise.all([refresh(), refresh()])
  expect(again).toEqual(connection)
  expect(twice).toEqual(connection)
})

test('a file that changed on disk is shown as it is now, to every window, under the same id', async () => {
  const before = await it.connect()
  using events = listen<StudioEvent>(it.studio.url + apiUrl('events'))
  await events.until(({ event }) => event.type === 'hello')
  await writeFile(it.configPath, `${defaultConfig(it.plex)}setings: {}\n`)
  const now = await refresh()
  expect(now.id).toBe(before.id)
  expect(now.revision).not.toBe(before.revision)
  expect(now.text).toContain('setings')
  expect(now.problems.map(({ message }) => message).join()).toContain('did you mean "settings"')
  await events.until(({ event }) => event.type === 'connection')
})

test('who asks while the file is being read is told what is there now', async () => {
  await it.connect()
  const first = refresh()
  await writeFile(it.configPath, `${defaultConfig(it.plex)}# newer\n`)
  const [, second, third] = await Promise.all([first, refresh(), refresh()])
  expect(second.text).toContain('# newer')
  expect(third).toEqual(second)
})

test('a file that is gone is a problem, and no longer one when it is back', async () => {
  const before = await it.connect()
  await rename(it.configPath, `${it.configPath}.away`)
  const gone = await refresh()
  expect(gone).toMatchObject({
    id: before.id,
    usable: false,
    problems: [
      { message: 'config.yml can no longer be read: There is no such file. Put it back, or connect another config.' },
    ],
  })
  const start = await it.call('startJob', {
    body: { connectionId: before.id, targets: targetsOf(before.servers[0]?.id) },
  })
  expect(start.status).toBe(404)
  await rename(`${it.configPath}.away`, it.configPath)
  expect(await refresh()).toMatchObject({ usable: true, problems: before.problems })
})

test('a Plex that does not answer is shown as such', async () => {
  await it.connect()
  await it.plex[Symbol.asyncDispose]()
  expect((await refresh()).servers[0]?.problem?.code).toBe('PLEX_UNREACHABLE')
})

test('a preview runs with the file as it is now; an edit of its earlier text is refused', async () => {
  const { id: connectionId, revision: editedRevision, servers, text } = await it.connect()
  const targets = targetsOf(servers[0]?.id)
  await writeFile(it.configPath, `${defaultConfig(it.plex)}# changed on disk\n`)
  const configText = `${text}# edited\n`
  const edit = await it.call('startJob', { body: { connectionId, targets, configText, editedRevision } })
  expect([edit.status, edit.body]).toMatchObject([409, { error: { code: 'CONFIG_CHANGED' } }])
  const job = await it.get('startJob', { body: { connectionId, targets } })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: job.id }))
  await stream.until(({ event }) => event.type === 'closed')
  expect((await it.get('getJobConfig', { params: { jobId: job.id } })).text).toContain('# changed on disk')
})
