import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiPaths, apiUrl, type RouteName } from '../../src/contract/api/api-paths.ts'
import { leaks, planted, plantedConfig } from '../support/planted-secrets.ts'
import { smallLibraries, startSamplePlex } from '../support/sample-plex.ts'
import { listen } from './event-source.ts'
import { openStudio } from './open-studio.ts'

/**
 * After a job with secrets in every place of its config, no route that reads shows a secret in a reply, a stream or a
 * file.
 */
test('no planted secret in any reply of the studio, nor in a file of its data folder', {
  timeout: 180_000,
}, async () => {
  await using plex = await startSamplePlex({ libraries: smallLibraries(), token: planted.plex })
  await using it = await openStudio({ plex, config: ({ url }) => plantedConfig(url) })
  const found: string[] = []
  const seen: string[] = []
  const look = async (name: string, path: string, method = 'GET', body?: string) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await it.raw(method, path, { headers, ...(body === undefined ? {} : { body }) })
    seen.push(name)
    found.push(
      ...leaks(answer.text, `${method} ${path}`),
      ...leaks(JSON.stringify(answer.headers), `headers of ${path}`),
    )
    return answer
  }
  const connection = await it.connect()
  const server = connection.servers[0]?.id ?? ''
  const targets = [{ server, ratingKey: '101' }]
  const started = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: started.id }))
  await stream.until(({ event }) => event.type === 'closed')
  const job = await it.get('getJob', { params: { jobId: started.id } })
  found.push(...leaks(JSON.stringify(stream.received), 'the events of the job'))
  expect(job.targets[0]?.after).toBeTruthy()

  const params: Record<string, string> = {
    ...{ jobId: job.id, server, ratingKey: '101', targetId: job.targets[0]?.id ?? '', setId: 'none' },
    sha256: job.targets[0]?.after?.sha256 ?? '',
  }
  const streams: RouteName[] = ['events', 'jobEvents']
  for (const name of Object.keys(apiPaths) as RouteName[]) {
    if (apiPaths[name][0] !== 'GET' || streams.includes(name)) continue
    const query =
      name === 'listFolder' ? { path: join(it.dir, 'config') } : name === 'itemThumbnail' ? { w: 120, v: '1' } : {}
    await look(name, apiUrl(name, params, query))
  }
  // Errors repeat what was sent: here a config that cannot be read, and an address with a password.
  const broken = plantedConfig(it.plex.url).replace('tmdb: {', 'tmdb: {{')
  for (const text of [plantedConfig(it.plex.url), broken]) {
    await look('checkConfig', '/api/connection/check', 'POST', JSON.stringify({ connectionId: connection.id, text }))
    await look('connect', '/api/connection', 'POST', JSON.stringify({ kind: 'text', text }))
  }
  await look('connect', '/api/connection', 'POST', JSON.stringify({ kind: 'path', path: `/x/${planted.tmdb}` }))

  expect(seen.length).toBeGreaterThan(20)
  const ownPath = `POST /api/connection: ${planted.tmdb}`
  for (const entry of await readdir(it.dataDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // Only this file may hold the secrets of a pasted config, which has `<<names>>` for them. Its permissions are 0600.
    if (entry.name === '.secrets.json') continue
    found.push(...leaks(await readFile(path), path), ...leaks(path, 'a file name'))
  }
  // A path that the user has just typed may be repeated to the user.
  expect(found.filter((leak) => !leak.startsWith(ownPath))).toEqual([])
})
