import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smallLibraries } from '../support/sample-plex.ts'
import { startTinyPlex } from '../support/tiny-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { type DoctorWorld, startDoctorWorld } from './examine.ts'

let world: DoctorWorld
beforeAll(async () => {
  world = await startDoctorWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const withUrl = (url: string, more = '') => world.goodConfig().replace(world.plex.url, `${url}${more}`)

test('Plex that does not answer', async () => {
  const { one } = await world.examine({ configText: withUrl('http://127.0.0.1:9') })
  expect(one('plex')).toMatchObject({ status: 'problem', detail: expect.stringContaining('nothing listens there') })
  expect(one('plex')?.fix).toContain('plex.url')
  expect(one('plex-token')).toBeUndefined()
  expect(one('github')).toMatchObject({ status: 'ok' })
})

test('what answers is no Plex', async () => {
  await using web = await startTinyPlex((_req, res) => {
    res.writeHead(404).end('nothing here')
    return true
  })
  const { one } = await world.examine({ configText: withUrl(web.url) })
  expect(one('plex')).toMatchObject({ status: 'problem', detail: expect.stringContaining('not a Plex server') })
  expect(one('plex')?.fix).toContain('32400')
})

test('a token that Plex refuses: Plex itself is well', async () => {
  const configText = world.goodConfig().replace(world.plex.token, 'wrongTokenWrongToken')
  const { one, checks } = await world.examine({ configText })
  expect(one('plex')).toMatchObject({ status: 'ok' })
  expect(one('plex-token')).toMatchObject({ status: 'problem', detail: expect.stringContaining('refuses the token') })
  expect(one('plex-token')?.fix).toContain('plex.token')
  expect(JSON.stringify(checks)).not.toContain('wrongTokenWrongToken')
})

test('reads without a token are answered', async () => {
  await using open = await startSamplePlex({ libraries: smallLibraries(), allowWithoutToken: true })
  const { one, problems } = await world.examine({ configText: withUrl(open.url) })
  expect(problems).toBe(0)
  expect(one('plex-barrier')).toMatchObject({ status: 'warning', fix: expect.stringContaining('allowed without auth') })
})

test('a Plex that tells no version', async () => {
  const answers: Record<string, unknown> = {
    '/identity': { machineIdentifier: 'abc' },
    '/': { machineIdentifier: 'abc', friendlyName: 'Odd' },
    '/library/sections': { Directory: [] },
  }
  await using odd = await startTinyPlex((req, res) => {
    const isOpen = req.url === '/identity' || req.headers['x-plex-token'] !== undefined
    const known = isOpen ? answers[req.url ?? ''] : undefined
    const body = JSON.stringify({ MediaContainer: known ?? {} })
    res.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(body)
    return true
  })
  const { one } = await world.examine({ configText: withUrl(odd.url) })
  expect(one('plex-version')).toMatchObject({ status: 'warning', detail: 'it does not tell one' })
  expect(one('library')).toMatchObject({ status: 'problem', detail: expect.stringContaining('Movies') })
})

/** The sample Plex behind TLS, with a certificate that nobody vouches for. */
async function startTlsFront() {
  const folder = new URL('../fixtures/tls/', import.meta.url)
  const read = (name: string) => readFileSync(new URL(name, folder))
  const server = createServer({ key: read('self-signed.key'), cert: read('self-signed.pem') }, (socket) => {
    const inner = connect(Number(new URL(world.plex.url).port), '127.0.0.1')
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

test('a certificate that is not trusted, or not looked at', async () => {
  await using front = await startTlsFront()
  const strict = await world.examine({ configText: withUrl(front.url) })
  expect(strict.one('tls')).toMatchObject({ status: 'problem', detail: expect.stringContaining('not trusted') })
  expect(strict.one('tls')?.fix).toContain('plex.direct')
  const lax = await world.examine({ configText: withUrl(front.url, ', verify_ssl: false') })
  expect(lax.one('tls')).toMatchObject({ status: 'warning', fix: expect.stringContaining('plex_fingerprint') })
  expect(lax.problems).toBe(0)
})
