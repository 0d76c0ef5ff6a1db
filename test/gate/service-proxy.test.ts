import type { LookupAddress } from 'node:dns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GateEntry } from '../../src/gate/gate-entries.ts'
import { judgeService } from '../../src/gate/judge-service.ts'
import { type ServiceProxy, startServiceProxy } from '../../src/gate/service-proxy.ts'
import { refusesRead } from '../../src/gate/service-reads.ts'
import { AddressRefused } from '../../src/util/net/public-address.ts'
import { exchange, listen } from './gate-world.ts'

describe('known reads', () => {
  test.each([
    ['radarr', '/api/v3/system/status', 'apikey=x', true],
    ['radarr', '/api/v3/movie', 'apikey=x', true],
    ['radarr', '/api/system/status', '', true],
    ['sonarr', '/api/v3/series/12', '', true],
    ['sonarr', '/api/v3/tag/detail', '', true],
    ['radarr', '/api/v3/release', 'movieId=1', false],
    ['radarr', '/api/v3/command', '', false],
    ['radarr', '/api/v3/../v3/command', '', false],
    ['radarr', '/api/v3/movie%2f1', '', false],
    ['radarr', '/logout', '', false],
    ['tautulli', '/api/v2', 'apikey=x&cmd=get_home_stats', true],
    ['tautulli', '/api/v2', 'apikey=x&cmd=delete_library&cmd=get_home_stats', false],
    ['tautulli', '/api/v2', 'apikey=x&cmd=delete_all_library_history', false],
    ['tautulli', '/api/v2', 'apikey=x&cmd=terminate_session', false],
    ['tautulli', '/api/v2', 'apikey=x', false],
    // CherryPy, Tautulli's server, treats `;` like `&`.
    ['tautulli', '/api/v2', 'apikey=x;cmd=delete_library&cmd=get_home_stats', false],
    ['tautulli', '/api/v2', 'cmd=get_home_stats;cmd=delete_library', false],
    ['tautulli', '/api/v2', '%63md=delete_library&cmd=get_home_stats', false],
    ['tautulli', '/api/v2', 'cmd=get_home_stats&section=a%3Bb', true],
    ['tautulli', '/api/v2/', 'cmd=get_home_stats', false],
    ['tautulli', '/API/v2', 'cmd=get_home_stats', false],
    ['radarr', '/api/v3/system/shutdown', '', false],
    ['radarr', '/api/v3/movie/1/refresh', '', false],
    ['sonarr', '/api/v3/series\\..\\command', '', false],
    ['sonarr', '//api/v3/series', '', false],
    ['sonarr', '/api/v3/series/', '', false],
    ['tautulli', '/newsletter', '', false],
    ['tracearr', '/api/v1/public/health', '', true],
    ['tracearr', '/api/v2/public/history', 'cursor=abc&pageSize=100', true],
    ['tracearr', '/api/v1/public/streams/1/terminate', '', false],
    ['tracearr', '/api/v1/settings', '', false],
    ['yamtrack', '/', '', true],
    ['yamtrack', '/list/12', '', true],
    ['yamtrack', '/list/12/', 'page=2', true],
    ['yamtrack', '/accounts/login/', 'next=/list/1', false],
    ['yamtrack', '/accounts/logout/', '', false],
    ['yamtrack', '/lists/delete', '', false],
    ['floppy', '/api/v1/lists', 'limit=1', true],
    ['floppy', '/api/v1/lists/3/items', 'limit=1000', true],
    ['floppy', '/list/3/json', 'arr=radarr', true],
    ['floppy', '/api/v1/export/csv', 'include_lists=0', true],
    ['floppy', '/api/v1/lists/3/delete', '', false],
  ] as const)('%s %s?%s -> %s', (service, path, query, known) => {
    expect(refusesRead(service, path, query) === null).toBe(known)
  })
})

describe('addresses that a service must not have', () => {
  const plex = [
    { names: new Set(['plex.test', '203.0.114.9', '2606:4700::9']), port: 32400 },
    { names: new Set(['127.0.0.1']), port: 32401 },
  ]
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  const v4 = (address: string) => [{ address, family: 4 }]
  test.each<[string, string, LookupAddress[], number, boolean]>([
    ['Plex by its name', 'plex.test', v4('10.0.0.5'), 32400, false],
    ['Plex by its address', '203.0.114.9', v4('203.0.114.9'), 32400, false],
    ['Plex by another name', 'media.lan', v4('203.0.114.9'), 32400, false],
    [
      'Plex by an address in another notation',
      '::ffff:203.0.114.9',
      [{ address: '::ffff:203.0.114.9', family: 6 }],
      32400,
      false,
    ],
    ['Plex by its IPv6 address', 'media.lan', [{ address: '2606:4700:0::9', family: 6 }], 32400, false],
    ['Plex on this machine, by another of its addresses', 'x', v4('127.8.8.8'), 32401, false],
    [
      'Plex on this machine, by each of its interfaces',
      'x',
      own.map((address) => ({ address, family: 4 })),
      32401,
      false,
    ],
    ['the machine of Plex, another port', '203.0.114.9', v4('203.0.114.9'), 8181, true],
    ['this machine', 'localhost', v4('127.0.0.1'), 8181, true],
    ['the network at home', 'nas', v4('192.168.1.5'), 32400, true],
    ['cloud metadata', 'metadata', v4('169.254.169.254'), 80, false],
    ['cloud metadata in IPv6', 'x', [{ address: 'fd00:ec2::254', family: 6 }], 80, false],
    ['link-local', 'x', [{ address: 'fe80::1', family: 6 }], 80, false],
    ['any address', '0.0.0.0', v4('0.0.0.0'), 32401, false],
    ['multicast', 'x', v4('239.0.0.1'), 80, false],
    ['one good and one bad address', 'x', [...v4('192.168.1.5'), ...v4('169.254.1.1')], 80, false],
  ])('%s', (_name, host, addresses, port, good) => {
    const judge = () => judgeService(host, addresses, port, plex)
    if (good) expect(judge).not.toThrow()
    else expect(judge).toThrow(AddressRefused)
  })

  test('a "service" at the address of Plex gets no request at all', async () => {
    const seen: string[] = []
    const server = createServer(({ url = '' }, response) => {
      seen.push(url)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const entries: GateEntry[] = []
    await using proxy = await startServiceProxy({
      service: 'radarr',
      url: `http://localhost:${port}/library/sections/1/refresh`,
      verifySsl: true,
      plex: [{ names: new Set(['127.0.0.1']), port }],
      onEntry: (entry) => entries.push(entry),
    })
    const answer = await fetch(`${proxy.url}/api/v3/system/status`)
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('address of the Plex server')])
    expect(seen).toEqual([])
    expect(entries).toMatchObject([{ verdict: 'block' }])
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('the read-only proxy of a service', () => {
  const seen: { method: string | undefined; url: string | undefined; headers: string[] }[] = []
  const entries: GateEntry[] = []
  let redirect = false
  const origin = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: Object.keys(request.headers).sort() })
    if (redirect) response.writeHead(302, { location: 'http://127.0.0.1/elsewhere' }).end()
    else response.setHeader('content-type', 'application/json').end('{"version":"5.1"}')
  })
  let proxy: ServiceProxy
  beforeEach(async () => {
    seen.length = 0
    entries.length = 0
    redirect = false
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/radarr`
    proxy = await startServiceProxy({
      service: 'radarr',
      url,
      verifySsl: true,
      plex: [],
      onEntry: (entry) => entries.push(entry),
    })
  })
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]()
    await new Promise((resolve) => origin.close(resolve))
  })

  test('a known read is rebuilt and forwarded below the path prefix', async () => {
    const headers = { 'x-http-method-override': 'DELETE', cookie: 'a=b', 'x-api-key': 'k' }
    const answer = await fetch(`${proxy.url}/api/v3/system/status?apikey=k`, { headers })
    expect(await answer.json()).toEqual({ version: '5.1' })
    expect(seen).toMatchObject([{ method: 'GET', url: '/radarr/api/v3/system/status?apikey=k' }])
    expect(seen[0]?.headers).toEqual(['accept', 'accept-language', 'connection', 'host', 'user-agent', 'x-api-key'])
    expect(entries).toMatchObject([{ host: 'radarr /api/v3/system/status', verdict: 'pass', bytesDown: 17 }])
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])('%s is blocked and recorded', async (method) => {
    const body = method === 'POST' ? '{"title":"x"}' : null
    const answer = await fetch(`${proxy.url}/api/v3/movie?apikey=k`, { method, body })
    expect(answer.status).toBe(403)
    expect(seen).toEqual([])
    expect(entries).toMatchObject([{ method, verdict: 'block' }])
    expect(JSON.stringify(entries)).not.toContain('apikey')
  })

  test.each([
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 'CONNECT'],
    [
      'a websocket',
      'GET /api/v3/movie HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'GET',
    ],
    ['no HTTP', 'hello\r\n\r\n', '?'],
    ['two lengths', 'GET /api/v3/movie HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '?'],
  ])('%s: blocked and recorded', async (_name, bytes, method) => {
    const answer = await exchange(Number(new URL(proxy.url).port), bytes)
    expect(answer.split(' ')[1]).toBe('403')
    expect(seen).toEqual([])
    expect(entries).toMatchObject([{ method, verdict: 'block' }])
  })

  test('dead services: one limit for the whole wait, described in words', async () => {
    const silent = await listen(() => undefined)
    await using slow = await startServiceProxy({
      ...{ service: 'sonarr', verifySsl: true, plex: [], onEntry: (entry: GateEntry) => entries.push(entry) },
      ...{ url: `http://127.0.0.1:${silent}`, limits: { idleTimeoutMs: 100 } },
    })
    const answer = await fetch(`${slow.url}/api/v3/series`)
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('no answer for too long')])
    await using nobody = await startServiceProxy({
      ...{ service: 'sonarr', verifySsl: true, plex: [], onEntry: (entry: GateEntry) => entries.push(entry) },
      ...{ url: 'http://127.0.0.1:9' },
    })
    expect((await fetch(`${nobody.url}/api/v3/series`)).status).toBe(502)
    expect(entries.map(({ verdict }) => verdict)).toEqual(['block', 'block'])
  })

  test('a redirect is neither followed nor passed on', async () => {
    redirect = true
    const answer = await fetch(`${proxy.url}/api/v3/movie`, { redirect: 'manual' })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('location')).toBeNull()
  })
})
