import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { identify } from '../../src/plex/upstream/identify.ts'
import { createPlexConnection } from '../../src/plex/upstream/upstream.ts'
import { allowRead } from '../../src/policy/classify-read.ts'
import { verifyJob } from '../../src/run/verify/verify-job.ts'
import { startDoctorWorld } from '../doctor/examine.ts'
import { run, startJobWorld } from '../e2e/job-world.ts'
import { openStudio } from '../server/open-studio.ts'
import { startTinyPlex, type TinyAnswer, type TinyPlex } from '../support/tiny-plex.ts'
import { address, openSamplePlex } from './open-plex.ts'
import { movies } from './sample-libraries.ts'

/** Only one question without a token has arrived. */
function expectNoToken({ journal }: TinyPlex, token: string): void {
  expect(journal.map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /identity'])
  for (const { rawHead } of journal) {
    expect(rawHead.toString('latin1').toLowerCase()).not.toContain('x-plex-token')
    expect(rawHead.toString('latin1')).not.toContain(token)
  }
}

/** Answers every path alike, like a web server that is not a Plex, or that imitates one badly. */
const always =
  (status: number, body: string, type = 'application/json'): TinyAnswer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type, location: 'http://127.0.0.1:9/identity' }).end(body)
    return true
  }
const impostors: [string, TinyAnswer][] = [
  ['a web page', always(200, '<html>Plex Media Server</html>', 'text/html')],
  ['other JSON', always(200, '{"MediaContainer":{"size":0}}')],
  ['an empty name', always(200, '{"MediaContainer":{"machineIdentifier":""}}')],
  ['a redirect', always(302, '')],
  ['a password prompt', always(401, '')],
  ['a failure that names a server', always(500, '{"MediaContainer":{"machineIdentifier":"abc"}}')],
]

test.each(impostors)('%s never receives the token', async (_what, answer) => {
  await using impostor = await startTinyPlex(answer)
  await using connection = createPlexConnection(address(impostor.url, 'the-real-token'))
  await expect(identify(connection)).rejects.toMatchObject({ code: 'PLEX_NOT_A_SERVER', exitCode: 2 })
  await expect(createPlexReader(connection).sections()).rejects.toThrow('has not said that it is a Plex')
  expectNoToken(impostor, 'the-real-token')
})

test('a connection sends the token only after the server has said that it is a Plex', async () => {
  await using open = await openSamplePlex({ libraries: [movies] })
  const { plex } = open
  await using connection = createPlexConnection(address(plex.url, plex.token))
  const read = { method: 'GET', resource: allowRead('/library/sections') } as const
  await expect(connection.get(read)).rejects.toThrow('has not said that it is a Plex')
  expect(plex.journal).toEqual([])
  const { machineIdentifier } = await identify(connection)
  expect(machineIdentifier).toBe(plex.machineIdentifier)
  expect((await connection.get(read)).status).toBe(200)
  expect(plex.journal.map(({ target }) => target)).toEqual(['/identity', '/library/sections'])
})

const impostor = () => startTinyPlex(always(200, '{"MediaContainer":{"size":0}}'))

test('run: neither the job nor its proxy sends the token to a server that is not a Plex', async () => {
  await using web = await impostor()
  await using world = await startJobWorld({ config: () => configFor(web.url, 'a-token-of-the-user') })
  await expect(run(world, { specs: ['Nosferatu'] })).rejects.toMatchObject({ code: 'PLEX_NOT_A_SERVER' })
  expectNoToken(web, 'a-token-of-the-user')
})

test('verify: an old job whose address now belongs to another server', async () => {
  await using world = await startJobWorld()
  await run(world, { specs: ['Nosferatu'], writeJobFile: true })
  await using web = await impostor()
  const loaded = await loadJobConfig({ kind: 'job', jobDir: world.jobDir }, { env: {} })
  const moved = { ...loaded, servers: loaded.servers.map((server) => ({ ...server, url: web.url })) }
  const { signal } = new AbortController()
  const { checks } = await verifyJob(world.jobDir, { config: async () => moved, dataDir: world.dataDir, signal })
  expect(checks.find(({ id }) => id === 'live')).toMatchObject({
    status: 'unknown',
    detail: expect.stringContaining('not a Plex server'),
  })
  expectNoToken(web, loaded.servers[0]?.token ?? '')
})

test('doctor', async () => {
  await using web = await impostor()
  await using world = await startDoctorWorld()
  const { one } = await world.examine({ configText: world.goodConfig().replace(world.plex.url, web.url) })
  expect(one('plex')).toMatchObject({ status: 'problem', detail: expect.stringContaining('not a Plex server') })
  expectNoToken(web, world.plex.token)
})

test('studio: connecting a config', async () => {
  await using web = await impostor()
  await using studio = await openStudio({ config: () => configFor(web.url, 'a-token-of-the-user') })
  const { servers } = await studio.get('connect', {
    body: { kind: 'path', path: join(studio.dir, 'config/config.yml') },
  })
  expect(servers[0]?.problem?.code).toBe('PLEX_NOT_A_SERVER')
  expectNoToken(web, 'a-token-of-the-user')
})

const configFor = (url: string, token: string) => `plex: {url: ${url}, token: ${token}}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
libraries:
  Movies: {overlay_files: [{default: resolution}]}
`
