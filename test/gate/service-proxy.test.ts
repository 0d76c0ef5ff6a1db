import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GateEntry } from '../../src/gate/gate.ts'
import { type ServiceProxy, startServiceProxy } from '../../src/gate/service-proxy.ts'
import { refusesRead } from '../../src/gate/service-reads.ts'

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
    // CherryPy, Tautulli's server, takes `;` for `&`.
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
  ] as const)('%s %s?%s -> %s', (service, path, query, known) => {
    expect(refusesRead(service, path, query) === null).toBe(known)
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

  test('a known read goes on below the path prefix, made anew', async () => {
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

  test('a redirect is not followed and not passed on', async () => {
    redirect = true
    const answer = await fetch(`${proxy.url}/api/v3/movie`, { redirect: 'manual' })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('location')).toBeNull()
  })
})
