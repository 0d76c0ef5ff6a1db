import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ServiceName } from '../../src/config/read/services.ts'
import type { GateEntry } from '../../src/gate/gate-entries.ts'
import { startServiceProxy } from '../../src/gate/service-proxy.ts'
import { exchange, openGate } from './gate-world.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** A service of the network at home, its read-only proxy, and a gate that leads there by the service's own address. */
async function open(
  service: ServiceName,
  serve: (seen: Seen) => { status?: number; headers?: Record<string, string>; body?: string },
) {
  const seen: Seen[] = []
  const origin = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
    seen.push(one)
    const { status = 200, headers = {}, body: answer = '' } = serve(one)
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(answer)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const { port } = origin.address() as AddressInfo
  const entries: GateEntry[] = []
  const onEntry = (entry: GateEntry) => entries.push(entry)
  const proxy = await startServiceProxy({
    service,
    url: `http://127.0.0.1:${port}`,
    verifySsl: true,
    plex: [],
    onEntry,
  })
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    await new Promise((resolve) => origin.close(resolve))
  })
  const place = `nas.lan:${port}`
  const gate = await openGate({ services: new Map([[place, proxy.door.port]]) })
  const send = (method: string, path: string, more = '', body = '') =>
    exchange(
      gate.port,
      `${method} http://${place}${path} HTTP/1.1\r\nHost: ${place}\r\nProxy-Authorization: ${gate.authorization}\r\nConnection: close\r\n${more}` +
        `${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`,
    )
  return { seen, entries, gate, proxy, place, send }
}

const statusOf = (answer: string): number => Number(answer.split(' ')[1])

test('YamTrack: a public list is read; a private one says that a preview does not sign in', async () => {
  const { seen, entries, send } = await open('yamtrack', ({ url }) =>
    url === '/list/1'
      ? { body: '<a href="/details/tmdb/movie/653">' }
      : { status: 302, headers: { location: '/accounts/login/?next=/list/2' } },
  )
  expect(await send('GET', '/list/1')).toContain('/details/tmdb/movie/653')
  const asked = await send('GET', '/list/2')
  expect(statusOf(asked)).toBe(403)
  expect(asked).toContain('a preview signs in nowhere')
  expect(statusOf(await send('POST', '/accounts/login/', '', 'login=me'))).toBe(403)
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /list/1', 'GET /list/2'])
  expect(entries.map(({ verdict }) => verdict)).toEqual(['pass', 'block', 'block'])
})

test('YamTrack: no other write, no other kind of page, no way out', async () => {
  const { seen, send, gate, place, entries } = await open('yamtrack', () => ({
    status: 302,
    headers: { location: 'http://elsewhere.lan/list/1' },
  }))
  expect(statusOf(await send('GET', '/list/1'))).toBe(502)
  expect(seen).toHaveLength(1)
  for (const [method, path] of [
    ['POST', '/list/1'],
    ['POST', '/accounts/login/?next=/'],
    ['POST', '/accounts/logout/'],
    ['GET', '/accounts/logout/'],
    ['DELETE', '/list/1'],
    ['GET', '/settings'],
  ] as const)
    expect(statusOf(await send(method, path, '', method === 'GET' ? '' : 'a=b')), `${method} ${path}`).toBe(403)
  // A tunnel to it would hide the requests.
  expect(statusOf(await gate.tunnel(place))).toBe(403)
  expect(seen).toHaveLength(1)
  expect(new Set(entries.map(({ verdict }) => verdict))).toEqual(new Set(['block']))
})

test('the gate leads to a service only at the service’s own port', async () => {
  const { seen, gate } = await open('floppy', () => ({ body: '{}' }))
  expect(statusOf(await gate.plain('http://nas.lan:1/list/1/json'))).toBe(403)
  expect(statusOf(await gate.plain('http://other.lan/list/1/json'))).toBe(403)
  expect(seen).toEqual([])
})

test('Floppy and Tracearr learn who asks, and nothing more', async () => {
  const floppy = await open('floppy', () => ({ body: '{"results":[]}' }))
  await floppy.send('GET', '/api/v1/lists/3/items?limit=1000', 'X-API-Key: k\r\nCookie: a=b\r\n')
  expect(floppy.seen[0]).toMatchObject({ url: '/api/v1/lists/3/items?limit=1000', headers: { 'x-api-key': 'k' } })
  expect(floppy.seen[0]?.headers.cookie).toBeUndefined()
  const tracearr = await open('tracearr', () => ({ body: '{"servers":[]}' }))
  const headers = { authorization: 'Bearer trr_pub_1', cookie: 'a=b' }
  const answer = await fetch(`${tracearr.proxy.url}/api/v1/public/health`, { headers })
  expect(await answer.text()).toBe('{"servers":[]}')
  expect(tracearr.seen[0]?.headers).toMatchObject({ authorization: 'Bearer trr_pub_1' })
  expect(tracearr.seen[0]?.headers.cookie).toBeUndefined()
})
