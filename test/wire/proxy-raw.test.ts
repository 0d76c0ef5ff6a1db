import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientToken, type ProxyWorld, request, startProxyWorld } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'

let world: ProxyWorld
beforeAll(async () => {
  world = await startProxyWorld({ limits: { headersTimeoutMs: 400, checkIntervalMs: 50 } })
})
afterAll(() => world[Symbol.asyncDispose]())

const auth = `Host: x\r\nX-Plex-Token: ${clientToken}\r\n`

/** Statuses that say no; 0: the connection ended without an answer. */
const no = [0, 400, 401, 403, 408, 413, 417, 431]

describe('bytes that are not a plain read or write', () => {
  const smuggled = `DELETE /library/metadata/1 HTTP/1.1\r\n${auth}\r\n`
  const cases: [name: string, bytes: string, status?: number][] = [
    ['CONNECT', `CONNECT plex:32400 HTTP/1.1\r\n${auth}\r\n`, 403],
    [
      'websocket',
      `GET /:/websockets/notifications HTTP/1.1\r\n${auth}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      403,
    ],
    [
      'h2c upgrade of a known read',
      `GET /identity HTTP/1.1\r\n${auth}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n`,
      403,
    ],
    ['Upgrade without Connection', `GET /identity HTTP/1.1\r\n${auth}Upgrade: h2c\r\n\r\n`, 403],
    ['HTTP/2 preface', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`],
    ['absolute form', `GET http://127.0.0.1:1/identity HTTP/1.1\r\n${auth}\r\n`, 403],
    ['absolute form to Plex', `GET http://plex/library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['asterisk', `GET * HTTP/1.1\r\n${auth}\r\n`, 403],
    ['authority form', `GET plex:32400 HTTP/1.1\r\n${auth}\r\n`],
    ['two slashes', `GET //plex/library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['OPTIONS', `OPTIONS /library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['TRACE', `TRACE /library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['lower-case method', `get /library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['unknown method', `FROBNICATE /library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['PURGE', `PURGE /library HTTP/1.1\r\n${auth}\r\n`, 403],
    ['GET with a body', `GET /identity HTTP/1.1\r\n${auth}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`, 403],
    ['HEAD with a body', `HEAD /identity HTTP/1.1\r\n${auth}Content-Length: 3\r\n\r\nabc`, 403],
    ['chunked GET', `GET /identity HTTP/1.1\r\n${auth}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, 403],
    ['empty chunked GET', `GET /identity HTTP/1.1\r\n${auth}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 403],
    [
      'CL and TE',
      `GET /identity HTTP/1.1\r\n${auth}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ['two lengths', `GET /identity HTTP/1.1\r\n${auth}Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde`],
    ['negative length', `GET /identity HTTP/1.1\r\n${auth}Content-Length: -1\r\n\r\n`],
    ['length with a plus', `GET /identity HTTP/1.1\r\n${auth}Content-Length: +5\r\n\r\nabcde`],
    ['TE with a tab', `GET /identity HTTP/1.1\r\n${auth}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n`],
    ['unknown TE', `GET /identity HTTP/1.1\r\n${auth}Transfer-Encoding: xchunked\r\n\r\n`],
    ['TE twice', `GET /identity HTTP/1.1\r\n${auth}Transfer-Encoding: chunked, identity\r\n\r\n`],
    ['obs-fold', `GET /identity HTTP/1.1\r\n${auth}X-A: b\r\n c\r\n\r\n`],
    ['bare CR', `GET /identity HTTP/1.1\r${auth}\r\n\r\n`],
    ['space before the colon', `GET /identity HTTP/1.1\r\n${auth}Content-Length : 0\r\n\r\n`],
    ['NUL in a header', `GET /identity HTTP/1.1\r\n${auth}X-A: \0\r\n\r\n`],
    ['NUL in the target', `GET /identity\0 HTTP/1.1\r\n${auth}\r\n`],
    ['space in the target', `GET /iden tity HTTP/1.1\r\n${auth}\r\n`],
    ['high bytes in the target', `GET /identit\xff HTTP/1.1\r\n${auth}\r\n`],
    ['HTTP/0.9', 'GET /identity\r\n'],
    ['HTTP/1.0', `GET /identity HTTP/1.0\r\n${auth}\r\n`, 403],
    ['HTTP/2.0', `GET /identity HTTP/2.0\r\n${auth}\r\n`],
    ['no Host', `GET /identity HTTP/1.1\r\nX-Plex-Token: ${clientToken}\r\n\r\n`, 400],
    [
      'Expect with another value',
      `POST /library/metadata/1/posters HTTP/1.1\r\n${auth}Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx`,
      417,
    ],
    ['two tokens', `GET /identity HTTP/1.1\r\n${auth}X-Plex-Token: ${clientToken}\r\n\r\n`, 401],
    ['8,000 headers', `GET /identity HTTP/1.1\r\n${auth}${'a:b\r\n'.repeat(8_000)}\r\n`, 431],
    ['101 headers', `GET /identity HTTP/1.1\r\n${auth}${'a:b\r\n'.repeat(99)}Content-Length: 3\r\n\r\nabc`, 431],
    ['a target of 1 MB', `GET /identity?${'a'.repeat(1_000_000)} HTTP/1.1\r\n${auth}\r\n`, 431],
    ['a target of 100 KB', `GET /identity?${'a'.repeat(100_000)} HTTP/1.1\r\n${auth}\r\n`, 403],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['noise', '\xff\xfe\xfd\r\n\r\n'],
    ['headers that never end', `GET /identity HTTP/1.1\r\n${auth}X-A: b`, 408],
  ]

  test.each(cases)('%s', async (_name, bytes, status) => {
    const before = world.recorder.refusals.length
    const answer = await sendRaw(world.proxy.port, bytes)
    if (status === undefined) expect(no).toContain(answer.status)
    else expect(answer.status).toBe(status)
    expect(world.recorder.refusals.length).toBeGreaterThan(before)
    for (const { reason } of world.recorder.refusals.slice(before)) expect(reason).toMatch(/^[A-Za-z][ -~]+$/)
  })

  test('none of them, and nothing after them, reached Plex', () => {
    expect(world.plex.journal).toEqual([])
    expect(world.recorder.forwards).toEqual([])
    expect(world.recorder.blocks).toEqual([])
  })
})

test('a connection that says nothing is closed without a record', async () => {
  const before = world.recorder.refusals.length
  const { closed, text } = await sendRaw(world.proxy.port, '')
  expect([closed, text]).toEqual([true, ''])
  expect(world.recorder.refusals.length).toBe(before)
})

test('after a refused read the connection stays open; after a refused body it ends', async () => {
  const again = await sendRaw(world.proxy.port, request('OPTIONS', '/a') + request('OPTIONS', '/b'), {
    until: (text) => text.split('HTTP/1.1 403').length === 3 && text.endsWith('Plex knows'),
  })
  expect(again.text.match(/HTTP\/1\.1 403/g)).toHaveLength(2)
  const ended = await sendRaw(world.proxy.port, request('GET', '/a', [], 'body') + request('GET', '/b'), {
    until: () => false,
  })
  expect(ended.closed).toBe(true)
  expect(ended.text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
})

test('many parallel connections with many requests each, all answered', async () => {
  const before = world.plex.journal.length
  const perConnection = 20
  const one = () =>
    sendRaw(world.proxy.port, request('GET', '/identity').repeat(perConnection), {
      until: (text) => text.split('HTTP/1.1 200').length === perConnection + 1 && text.endsWith('</MediaContainer>'),
    })
  await Promise.all(Array.from({ length: 60 }, one))
  expect(world.plex.journal.length - before).toBe(60 * perConnection)
  expect(world.plex.connections()).toBeLessThanOrEqual(64)
})
