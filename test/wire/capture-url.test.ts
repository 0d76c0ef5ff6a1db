import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { createReadUrl } from '../../src/proxy/capture/read-url.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { resolvePublic } from '../../src/util/net/public-address.ts'
import { describeUpload } from '../support/capture/capture-server.ts'
import { makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { makeImage } from '../support/images.ts'

const token = 'kCANARYkCANARYkCANAR'
const image = await makeImage('jpg')
const limits = { maxBodyBytes: 100_000, urlTimeoutMs: 2_000, urlMaxRedirects: 3 }

/** A web server that plays the open internet under the name `public.test`; every other host is judged for real. */
async function startWeb(listener: RequestListener) {
  const seen: IncomingMessage[] = []
  const lookups: string[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const resolve = async (host: string) => {
    lookups.push(host)
    return host === 'public.test' ? [{ address: '127.0.0.1', family: 4 }] : resolvePublic(host)
  }
  const jobDir = makeJobDir()
  const port = (server.address() as AddressInfo).port
  const readUrl = createReadUrl({ limits, resolve })
  return {
    jobDir,
    seen,
    lookups,
    port,
    base: `http://public.test:${port}`,
    store: createCaptureStore({ job: openBeneath(jobDir), limits, readUrl }),
  }
}

const send = (
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number>,
  body: Buffer | string = '',
) => response.writeHead(status, headers).end(body)

describe('a URL of the open internet', () => {
  test('the image becomes the upload; no token is sent there or recorded', async () => {
    const { jobDir, store, base, seen, lookups } = await startWeb((_request, response) =>
      send(response, 200, {}, image),
    )
    const capture = await store.keepUrl(describeUpload(), `${base}/p/x.jpg?size=2&X-Plex-Token=${token}#f`, null)
    expect(capture).toMatchObject({
      type: 'jpg',
      parse_error: null,
      size_bytes: image.length,
      source_url: `${base}/p/x.jpg?size=2`,
    })
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(image)).toBe(true)
    // Requested without compression, which would have to be undone and might change the bytes.
    expect(seen[0]?.headers).toMatchObject({ accept: 'image/*', 'accept-encoding': 'identity' })
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ])
    expect(seen.map((request) => request.url)).toEqual(['/p/x.jpg?size=2'])
    expect(JSON.stringify(seen[0]?.rawHeaders)).not.toContain(token)
    // The name is looked up once, and the connection goes to that answer: no DNS server knows this name.
    expect(lookups).toEqual(['public.test'])
  })

  test('redirects are followed up to their limit', async () => {
    const { store, base, seen } = await startWeb((request, response) => {
      const left = Number(/\d+$/.exec(request.url ?? '')?.[0])
      if (left === 0) send(response, 200, {}, image)
      else send(response, [301, 302, 307, 308][left % 4] ?? 301, { location: `/${left - 1}` }, 'elsewhere')
    })
    expect(await store.keepUrl(describeUpload(), `${base}/3`, null)).toMatchObject({
      type: 'jpg',
      source_url: `${base}/3`,
    })
    expect(seen).toHaveLength(4)
    const capture = await store.keepUrl(describeUpload(), `${base}/4`, null)
    expect(capture.parse_error).toBe('the image behind the URL could not be read: more than 3 redirects')
    expect(seen).toHaveLength(8)
  })

  test.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    '//127.0.0.1:PORT/',
  ])('a redirect to %s is not followed', async (location) => {
    const { store, base, seen, port } = await startWeb((_request, response) =>
      send(response, 302, { location: location.replace('PORT', String(port)) }),
    )
    const capture = await store.keepUrl(describeUpload(), `${base}/`, null)
    expect(capture.parse_error).toContain('the host is on a private, local or reserved address')
    expect(seen).toHaveLength(1)
  })

  test.each([
    ['404', (_: IncomingMessage, response: ServerResponse) => send(response, 404, {}), 'the server answered 404'],
    ['304', (_: IncomingMessage, response: ServerResponse) => send(response, 304, {}), 'the server answered 304'],
    [
      '302 without a place',
      (_: IncomingMessage, response: ServerResponse) => send(response, 302, {}),
      'the server answered 302',
    ],
    [
      'a redirect to file:',
      (_: IncomingMessage, response: ServerResponse) => send(response, 302, { location: 'file:///etc/passwd' }),
      'only http and https are fetched',
    ],
    [
      'too large according to its header',
      (_: IncomingMessage, response: ServerResponse) =>
        send(response, 200, { 'content-length': 200_000 }, Buffer.alloc(200_000)),
      'it is larger than 100000 bytes',
    ],
    [
      'gzip',
      (_: IncomingMessage, response: ServerResponse) => send(response, 200, { 'content-encoding': 'gzip' }, 'x'),
      'content encoding',
    ],
    ['silence', () => undefined, 'no whole answer within 2000 ms'],
    [
      'a broken answer',
      (request: IncomingMessage) => request.socket.end('nonsense\r\n\r\n'),
      'the server could not be reached',
    ],
  ])('%s: the reason is in the record, and no file is kept', async (_name, listener, words) => {
    const { jobDir, store, base } = await startWeb((request, response) => void listener(request, response))
    const capture = await store.keepUrl(describeUpload(), `${base}/x?X-Plex-Token=${token}`, null)
    expect(capture).toMatchObject({ saved_path: null, sha256: null, size_bytes: 0, source_url: `${base}/x` })
    expect(capture.parse_error).toContain(words)
    expect(outputFiles(jobDir)).toEqual([])
    expect(JSON.stringify(store.list())).not.toContain(token)
  })

  test.each([
    [
      'larger than allowed',
      (response: ServerResponse) => response.end(Buffer.concat([image, Buffer.alloc(150_000)])),
      'larger than 100000 bytes',
    ],
    [
      'cut off',
      (response: ServerResponse) => response.write(image.subarray(0, 100), () => response.destroy()),
      'the body ended early',
    ],
    ['too slow', (response: ServerResponse) => response.write(image.subarray(0, 100)), 'the body ended early'],
    [
      'no image',
      (response: ServerResponse) => response.end('<!doctype html><p>sign in'),
      'no image: the body holds HTML',
    ],
  ])('an answer that is %s: kept apart', async (_name, answer, words) => {
    const { jobDir, store, base } = await startWeb((_request, response) => {
      response.writeHead(200)
      answer(response)
    })
    const capture = await store.keepUrl(describeUpload(), `${base}/x`, null)
    expect(capture.parse_error).toContain(words)
    expect(capture.saved_path).toMatch(/captured_requests\/.*\.bin$/)
    expect(outputFiles(jobDir)).toEqual([capture.saved_path])
  })
})

test.each([
  ['http://127.0.0.1:1/x', 'private, local or reserved'],
  ['http://192.168.1.100:32400/x', 'private, local or reserved'],
  ['http://localhost/x', 'private, local or reserved'],
  ['https://[fd00:ec2::254]/x', 'private, local or reserved'],
  ['file:///etc/passwd', 'only http and https'],
  ['data:image/png;base64,AAAA', 'only http and https'],
  ['ftp://example.org/x', 'only http and https'],
  ['/library/metadata/1', 'not a valid URL'],
  ['', 'not a valid URL'],
])('%j is not fetched by default', async (url, words) => {
  const jobDir = makeJobDir()
  const store = createCaptureStore({ job: openBeneath(jobDir) })
  const first = await store.keepUrl(describeUpload(), url, null)
  expect(first.parse_error).toContain(words)
  expect(await store.keepUrl(describeUpload(), url, null)).toEqual({ ...first, attempts: 2 })
  expect(outputFiles(jobDir)).toEqual([])
})

describe('a URL of our own proxy', () => {
  const url = `http://127.0.0.1:32500/library/metadata/1/thumb/1700?a=%2Fb&X-Plex-Token=${token}`

  test('is read from Plex, with path and query byte for byte', async () => {
    const jobDir = makeJobDir()
    const asked: string[] = []
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const capture = await store.keepUrl(describeUpload(), url, async (pathAndQuery) => {
      asked.push(pathAndQuery)
      return Readable.from([image.subarray(0, 5), image.subarray(5)])
    })
    expect(asked).toEqual([`/library/metadata/1/thumb/1700?a=%2Fb&X-Plex-Token=${token}`])
    expect(capture).toMatchObject({ type: 'jpg', parse_error: null })
    expect(capture.source_url).toBe('http://127.0.0.1:32500/library/metadata/1/thumb/1700?a=%2Fb')
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(image)).toBe(true)
  })

  test.each([
    [
      new AppError('PLEX_READ_FAILED', 'Plex answered 404'),
      'the image behind the URL could not be read: Plex answered 404',
    ],
    [new Error(`GET ${url}`), 'the image behind the URL could not be read: Plex did not hand it out'],
  ])('that Plex does not answer properly: %s', async (error, words) => {
    const store = createCaptureStore({ job: openBeneath(makeJobDir()) })
    const capture = await store.keepUrl(describeUpload(), url, () => Promise.reject(error))
    expect(capture).toMatchObject({ parse_error: words, saved_path: null })
    expect(JSON.stringify(store.list())).not.toContain(token)
  })

  test('an answer that never comes is given up at a limit', async () => {
    const store = createCaptureStore({ job: openBeneath(makeJobDir()), limits: { urlTimeoutMs: 30 } })
    const capture = await store.keepUrl(describeUpload(), url, () => new Promise(() => undefined))
    expect(capture.parse_error).toBe('the image behind the URL could not be read: Plex did not hand it out')
  })
})
