import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeThumbnail } from '../../src/images/thumbnail.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { makeImage } from '../support/images.ts'
import { type ProxyWorld, request, startProxyWorld } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'

/** Malicious uploads through the real proxy and the real store: nothing in them is decoded, run or trusted. */
let folder = ''
let world: ProxyWorld
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-uploads-'))
  world = await startProxyWorld({
    captures: createCaptureStore({ job: openBeneath(folder), limits: { bodyIdleTimeoutMs: 300 } }),
  })
})
afterEach(async () => {
  expect(world.plex.journal).toEqual([])
  await world[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const target = '/library/metadata/5/posters'
const upload = (body: Buffer, headers: string[] = []) =>
  sendRaw(
    world.proxy.port,
    Buffer.concat([Buffer.from(request('POST', target, [...headers, `Content-Length: ${body.length}`])), body]),
  )
const names = (place: string): string[] => {
  try {
    return readdirSync(join(folder, 'output', place))
  } catch {
    return []
  }
}
const kept = (place: string) => names(place).map((name) => readFileSync(join(folder, 'output', place, name)))

/** 109 kB that represent 900 million pixels: 2.7 GB when decoded. */
async function bomb(): Promise<Buffer> {
  const png = await makeImage('png')
  png.writeUInt32BE(30_000, 16)
  png.writeUInt32BE(30_000, 20)
  return Buffer.concat([png, Buffer.alloc(109_000)])
}

test('an image bomb: kept byte for byte, with its size, never decoded; its thumbnail is refused', async () => {
  const bytes = await bomb()
  const before = process.memoryUsage.rss()
  expect((await upload(bytes)).status).toBe(200)
  expect(kept('by_ratingkey')).toEqual([bytes])
  expect(world.recorder.captures).toMatchObject([{ type: 'png', width: 30_000, height: 30_000, parse_error: null }])
  const started = performance.now()
  await expect(makeThumbnail(bytes, { width: 240, maxPixels: 50_000_000 })).rejects.toThrow(/pixel limit/)
  expect(performance.now() - started).toBeLessThan(2_000)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024)
})

test.each<[string, () => Promise<Buffer>, string]>([
  [
    'a JPEG that is also a script',
    async () => Buffer.concat([await makeImage('jpg'), Buffer.from('<script>alert(1)</script>')]),
    'jpg',
  ],
  [
    'a PNG that is also a zip',
    async () => Buffer.concat([await makeImage('png'), Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1')]),
    'png',
  ],
  ['a WebP with an HTML name', async () => makeImage('webp'), 'webp'],
])('a polyglot, %s: an image by its first bytes, kept unchanged under a name of ours', async (_name, make, type) => {
  const bytes = await make()
  expect(
    (await upload(bytes, ['Content-Type: text/html', 'Content-Disposition: attachment; filename="../../x.html"']))
      .status,
  ).toBe(200)
  expect(kept('by_ratingkey')).toEqual([bytes])
  expect(names('by_ratingkey')).toEqual([
    expect.stringMatching(new RegExp(`^5_poster_\\d{8}_\\d{6}_\\d{6}\\.${type}$`)),
  ])
})

test.each([
  [
    'an SVG with a script',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    'image/svg+xml',
    /SVG/,
  ],
  ['an SVG that calls itself a PNG', '<?xml version="1.0"?><svg onload="alert(1)"/>', 'image/png', /SVG/],
  ['a web page', '<!doctype html><script>alert(1)</script>', 'image/jpeg', /HTML|web page/i],
  ['a GIF that is also a script', 'GIF89a/*<svg/onload=alert(1)>*/=1;', 'image/gif', /GIF/],
])('%s is not an image: kept as .bin, and the record says what it is', async (_name, text, type, says) => {
  const body = Buffer.from(text)
  expect((await upload(body, [`Content-Type: ${type}`])).status).toBe(200)
  expect(names('by_ratingkey')).toEqual([])
  expect(names('captured_requests')).toEqual([expect.stringMatching(/\.bin$/)])
  expect(kept('captured_requests')).toEqual([body])
  expect(world.recorder.captures).toMatchObject([{ type: null, parse_error: expect.stringMatching(says) }])
})

test('10,000 parts with the image last, and a part with a megabyte of headers', async () => {
  const image = await makeImage('jpg')
  const part = (headers: string, body: Buffer | string) =>
    Buffer.concat([Buffer.from(`--b\r\n${headers}\r\n\r\n`), Buffer.from(body as string), Buffer.from('\r\n')])
  const field = part('Content-Disposition: form-data; name="a"', 'x')
  const type = ['Content-Type: multipart/form-data; boundary=b']
  const end = Buffer.from('--b--\r\n')
  const many = Buffer.concat([
    ...Array<Buffer>(10_000).fill(field),
    part('Content-Disposition: form-data; name="f"; filename="a.jpg"', image),
    end,
  ])
  expect((await upload(many, type)).status).toBe(200)
  expect(kept('by_ratingkey')).toEqual([image])
  const huge = Buffer.concat([part(`X-A: ${'a'.repeat(1_000_000)}`, image), end])
  expect((await upload(huge, type)).status).toBe(200)
  expect(world.recorder.captures[1]).toMatchObject({
    type: null,
    parse_error: expect.stringContaining('malformed multipart'),
  })
  // Not one byte of either is lost.
  expect(kept('captured_requests').map((bytes) => bytes.equals(many) || bytes.equals(huge))).toEqual([true, true])
})

test('a sender that stops in the middle: given up at its limit; its bytes are kept, but not as an image', async () => {
  const image = await makeImage('jpg')
  const head = request('POST', target, [`Content-Length: ${image.length + 10}`])
  const started = performance.now()
  await sendRaw(world.proxy.port, Buffer.concat([Buffer.from(head), image]))
  while (world.recorder.captures.length === 0) await world.recorder.next()
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(names('by_ratingkey')).toEqual([])
  expect(kept('captured_requests').map((bytes) => bytes.equals(image))).toEqual([true])
})

test.each([
  'file:///etc/passwd',
  'http://127.0.0.1:9/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:10.0.0.1]/a.jpg',
  'gopher://127.0.0.1:70/_DELETE',
  'data:image/png;base64,iVBORw0KGgo=',
  'ftp://example.org/a.jpg',
  '/library/sections/1/refresh',
  'http://user:pass@localhost/a.jpg',
])('?url=%s fetches nothing', async (url) => {
  const { status } = await sendRaw(world.proxy.port, request('POST', `${target}?url=${encodeURIComponent(url)}`))
  expect(status).toBe(200)
  expect(world.recorder.captures).toMatchObject([{ saved_path: null, parse_error: expect.any(String) }])
  expect([...names('by_ratingkey'), ...names('captured_requests')]).toEqual([])
})
