import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiPaths, apiUrl, type RouteName } from '../../src/contract/api/api-paths.ts'
import { isOwnHost } from '../../src/server/http/guard.ts'
import { startStudio } from '../../src/server/studio.ts'
import { openStudio, plexToken, type TestStudio } from './open-studio.ts'

let it: TestStudio
beforeAll(async () => {
  it = await openStudio()
  await it.connect()
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

const json = { 'content-type': 'application/json' }
const writes = (Object.keys(apiPaths) as RouteName[]).filter((name) => apiPaths[name][0] !== 'GET')
const pathOf = (name: RouteName) => apiPaths[name][1].replace(/\{\w+\}/g, 'x')

describe('Host', () => {
  test.each([
    ['localhost', true],
    ['localhost:8787', true],
    ['LOCALHOST:8787', true],
    ['127.0.0.1:1', true],
    ['[::1]:8787', true],
    ['evil.example', false],
    ['evil.example:8787', false],
    ['localhost.evil.example', false],
    ['localhost.', false],
    ['127.0.0.1.evil.example', false],
    ['169.254.169.254', false],
    ['192.168.1.5:8787', false],
    ['localhost:8787@evil.example', false],
    ['localhost/evil', false],
    ['', false],
  ])('%s is ours: %s', async (host, ours) => {
    expect(isOwnHost(host, { loopback: true, allowedHosts: [] })).toBe(ours)
    if (host === '') return
    const answer = await it.raw('GET', '/api/state', { headers: { host } })
    // A malformed host is refused before our own check.
    expect(answer.status).toBe(ours ? 200 : /[@/]/.test(host) ? 400 : 403)
    if (!ours) expect(answer.text).not.toContain('index')
  })

  test('where others can reach it, an address and an allowed name are fine', () => {
    const rules = { loopback: false, allowedHosts: ['preview.example', 'Other.example:8443'] }
    expect(isOwnHost('other.example:8443', rules)).toBe(true)
    expect(isOwnHost('192.168.1.5:8787', rules)).toBe(true)
    expect(isOwnHost('[fd00::1]:8787', rules)).toBe(true)
    expect(isOwnHost('preview.example', rules)).toBe(true)
    expect(isOwnHost('evil.example', rules)).toBe(false)
  })
})

describe('requests from another page', () => {
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { origin: 'http://localhost.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  ]
  test.each(writes)('%s is refused in every form', async (name) => {
    for (const headers of foreign) {
      const answer = await it.raw(apiPaths[name][0], pathOf(name), { headers: { ...json, ...headers }, body: '{}' })
      expect([name, headers, answer.status]).toEqual([name, headers, 403])
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test.each(writes)('%s accepts no form and no plain text', async (name) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
      const answer = await it.raw(apiPaths[name][0], pathOf(name), { headers, body: '{}' })
      expect([name, type, answer.status]).toEqual([name, type, 415])
    }
  })

  test('another page cannot read, and a link from it opens only the page', async () => {
    const read = (path: string, headers: Record<string, string>) => it.raw('GET', path, { headers })
    expect((await read('/api/jobs', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403)
    expect((await read('/api/jobs', { origin: 'http://evil.example' })).status).toBe(403)
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await read('/compare', link)).status).toBe(503)
    expect((await read('/api/jobs', link)).status).toBe(403)
    expect((await read('/api/jobs', { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  test('our own page is allowed', async () => {
    const origin = `http://127.0.0.1:${it.studio.port}`
    const answer = await it.raw('POST', '/api/index/refresh', { headers: { origin, 'sec-fetch-site': 'same-origin' } })
    expect(answer.status).toBe(200)
  })
})

test('every answer has headers that say what the browser must not do', async () => {
  for (const path of ['/', '/api/state', '/api/jobs/none', '/nothing.js']) {
    const { headers } = await it.raw('GET', path)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("script-src 'self';")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['access-control-allow-origin']).toBeUndefined()
    if (path.startsWith('/api')) expect(headers['cache-control']).toBe('no-store')
  }
})

test('ids and paths that would lead elsewhere are not found', async () => {
  const odd = [
    '..',
    '%2e%2e',
    '..%2f..%2fetc',
    '.hidden',
    '%00',
    'a%2fb',
    '..%5c..',
    'C:',
    '%c0%ae%c0%ae',
    'x'.repeat(500),
  ]
  for (const id of odd) {
    for (const path of [
      `/api/jobs/${id}`,
      `/api/jobs/${id}/config`,
      `/api/jobs/${id}/pictures.zip`,
      `/api/jobs/${id}/log.txt`,
    ]) {
      const { status, text } = await it.raw('GET', path)
      expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('root:')
    }
    const deleted = await it.raw('DELETE', `/api/jobs/${id}`)
    expect([404, 403]).toContain(deleted.status)
  }
  for (const path of [
    '/../package.json',
    '/..%2fpackage.json',
    '/assets/../../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
  ]) {
    const { text } = await it.raw('GET', path)
    expect(text).not.toMatch(/"dependencies"|root:/)
  }
})

test('only configs in allowed folders can be read, after links are resolved', async () => {
  const secret = join(it.dir, 'secret.yml')
  await writeFile(secret, 'plex: {token: other}')
  const folder = join(it.dir, 'config')
  await symlink(secret, join(folder, 'link.yml'))
  await symlink(it.dir, join(folder, 'way-out'))
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'sub', 'notes.txt'), 'x')
  const paths = [secret, '/etc/passwd', '/etc/hostname.yml', join(folder, 'link.yml'), join(folder, '..', 'secret.yml')]
  for (const path of [...paths, join(folder, 'way-out', 'secret.yml'), `${folder}/sub/notes.txt`, `${folder}\0.yml`]) {
    const answer = await it.call('connect', { body: { kind: 'path', path } })
    expect([path, answer.status >= 400]).toEqual([path, true])
    expect(answer.text).not.toContain('other')
  }
  for (const path of ['/', '/etc', it.dir, join(folder, 'way-out'), `${folder}/..`]) {
    expect([path, (await it.call('listFolder', { query: { path } })).status]).toEqual([path, 403])
  }
  const roots = await it.get('listFolder', { query: {} })
  expect(roots.entries.map(({ path }) => path)).toEqual([folder])
  const own = await it.get('listFolder', { query: { path: folder } })
  expect(own.parent).toBeNull()
  expect(own.entries.map(({ name, kind }) => [name, kind])).toContainEqual(['config.yml', 'config'])
  const sub = await it.get('listFolder', { query: { path: join(folder, 'sub') } })
  expect([sub.parent, sub.entries]).toEqual([folder, []])
})

describe('an address in plex.url', () => {
  const connectText = async (url: string) => {
    const text = `plex: {url: "${url}", token: ${plexToken}}\nlibraries: {Movies: {overlay_files: [{default: resolution}]}}\n`
    return it.call('connect', { body: { kind: 'text', text } })
  }
  test.each([
    'file:///etc/passwd',
    'gopher://127.0.0.1:70/',
    'ftp://127.0.0.1/',
    'javascript:alert(1)',
    'http://user:pass@127.0.0.1/',
    'http://127.0.0.1/?x=1',
  ])('%s is not the address of a Plex', async (url) => {
    const { status, body } = await connectText(url)
    expect([status, body.usable, body.servers]).toEqual([200, false, []])
  })

  test.each(['http://169.254.169.254', 'http://[fe80::1]', 'http://[::ffff:169.254.1.1]', 'http://0.0.0.0:80'])(
    '%s is not asked at all',
    async (url) => {
      const { body } = await connectText(url)
      expect(body.servers.map(({ problem }) => problem?.code)).toEqual(['PLEX_NOT_A_SERVER'])
      expect(body.usable).toBe(false)
    },
  )

  test('a server that is no Plex is asked once who it is, and its answer is not shown', async () => {
    const asked: string[] = []
    const other = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(302, { location: it.plex.url, 'x-secret': 'inside-header' }).end('inside-body')
    })
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { body, text } = await connectText(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)
    other.close()
    expect(asked).toEqual(['GET /identity'])
    expect(body.servers.map(({ problem }) => problem?.code)).toEqual(['PLEX_NOT_A_SERVER'])
    expect(text).not.toMatch(/inside-|location/)
  })
})

describe('with a password', () => {
  test('an open address without one is refused', async () => {
    const options = { port: 0, dataDir: join(it.dir, 'other'), allowedFolders: [], env: {}, version: '0' }
    const makeRenderer = () => Promise.reject(new Error('not asked'))
    await expect(startStudio({ ...options, makeRenderer, host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'BAD_USAGE',
    })
  })

  test('only the sign-in is open before one signs in; guessing is slowed down', async () => {
    await using locked = await openStudio({ password: 'correct horse' })
    expect((await locked.call('health')).status).toBe(200)
    expect((await locked.call('getSession')).body).toMatchObject({ passwordNeeded: true, signedIn: false })
    for (const name of Object.keys(apiPaths) as RouteName[]) {
      if (['health', 'openapi', 'getSession', 'signIn', 'signOut'].includes(name)) continue
      const { status } = await locked.raw(apiPaths[name][0], pathOf(name), {
        headers: json,
        body: apiPaths[name][0] === 'GET' ? '' : '{}',
      })
      expect([name, status]).toEqual([name, 401])
    }
    const signedIn = await locked.call('signIn', { body: { password: 'correct horse' } })
    const cookie = String(signedIn.headers['set-cookie'])
    expect(cookie).toMatch(/^kometa_preview_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    expect((await locked.call('getState', { headers })).status).toBe(200)
    expect((await locked.call('getState', { headers: { cookie: 'kometa_preview_session=' } })).status).toBe(401)
    expect((await locked.call('signOut', { headers })).status).toBe(204)
    expect((await locked.call('getState', { headers })).status).toBe(401)
    const guesses = []
    for (let guess = 0; guess < 7; guess += 1) {
      guesses.push(await locked.call('signIn', { body: { password: `wrong ${guess}` } }))
    }
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect(Number(guesses.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await locked.call('signIn', { body: { password: 'correct horse' } })).status).toBe(429)
  })
})

test('a request that is too large, no JSON, or not in the contract is refused in words', async () => {
  const large = await it.raw('POST', '/api/connection', { headers: json, body: Buffer.alloc(10 * 1024 * 1024, 'x') })
  expect([large.status, large.text]).toEqual([413, expect.stringContaining('TOO_LARGE')])
  const broken = await it.raw('POST', '/api/connection', { headers: json, body: '{' })
  expect([broken.status, broken.text]).toEqual([400, expect.stringContaining('not JSON')])
  expect((await it.raw('GET', '/api/items?limit=5000')).status).toBe(400)
  expect((await it.raw('GET', '/api/items?bogus=1')).status).toBe(400)
  expect((await it.raw('GET', '/api/items?limit=1&limit=2')).status).toBe(400)
  expect((await it.raw('GET', '/api/none')).status).toBe(404)
  expect((await it.raw('GET', apiUrl('itemThumbnail', { server: 'x', ratingKey: '1' }, { w: 99 }))).status).toBe(400)
})

test('a second studio on the same data folder is refused', async () => {
  const options = { port: 0, dataDir: it.dataDir, allowedFolders: [], env: {}, version: '0' }
  const makeRenderer = () => Promise.reject(new Error('not asked'))
  await expect(startStudio({ ...options, makeRenderer })).rejects.toMatchObject({ code: 'JOB_IN_USE' })
})
