import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStudio, type TestStudio } from './open-studio.ts'

let it: TestStudio
let web: string
const script = `console.log(${JSON.stringify('x'.repeat(5_000))})`

beforeAll(async () => {
  web = await mkdtemp(join(tmpdir(), 'kometa-preview-web-'))
  await mkdir(join(web, 'assets'))
  await writeFile(join(web, 'index.html'), '<!doctype html><title>one</title>')
  await writeFile(join(web, 'assets', 'index-AbCd1234.js'), script)
  await writeFile(join(web, 'assets', 'notes.md'), 'not served')
  it = await openStudio({ webDir: web })
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
  await rm(web, { recursive: true })
})

test('files with a hash in their name are cached for ever; the page is asked for each time', async () => {
  const asset = await it.bytes('/assets/index-AbCd1234.js')
  expect([asset.status, asset.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const page = await it.bytes('/')
  expect([page.headers['content-type'], page.headers['cache-control']]).toEqual([
    'text/html; charset=utf-8',
    'no-cache',
  ])
  const again = await it.bytes('/', { 'if-none-match': String(page.headers.etag) })
  expect([again.status, again.body.length]).toEqual([304, 0])
})

test('text is compressed for clients that accept it', async () => {
  const zipped = await it.bytes('/assets/index-AbCd1234.js', { 'accept-encoding': 'gzip, br' })
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(zipped.body).toString()).toBe(script)
  const description = await it.bytes('/api/openapi.json', { 'accept-encoding': 'gzip' })
  expect(description.headers['content-encoding']).toBe('gzip')
  expect(JSON.parse(gunzipSync(description.body).toString()).openapi).toBe('3.1.0')
})

test('addresses of the application get its page; a missing file does not', async () => {
  expect((await it.bytes('/compare/some-job?mode=blink')).body.toString()).toContain('<title>one</title>')
  expect((await it.bytes('/assets/gone-AbCd1234.js')).status).toBe(404)
  expect((await it.bytes('/assets/notes.md')).status).toBe(404)
  expect((await it.raw('POST', '/', {})).status).toBe(404)
})

test('a new build is served without a restart', async () => {
  await writeFile(join(web, 'index.html'), '<!doctype html><title>two</title>')
  const later = new Date(Date.now() + 5_000)
  await utimes(join(web, 'index.html'), later, later)
  expect((await it.bytes('/')).body.toString()).toContain('<title>two</title>')
})

test('without a build the page says what to do', async () => {
  await using bare = await openStudio()
  const page = await bare.bytes('/')
  expect([page.status, page.body.toString()]).toEqual([503, expect.stringContaining('npm run build')])
})
