import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { captureSchema } from '../../src/contract/records.ts'
import { removeTemporaryFiles } from '../../src/proxy/capture/folders.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { describeUpload, startCaptureServer } from '../support/capture/capture-server.ts'
import { bodyOf, makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { makeImage } from '../support/images.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('raw bodies', () => {
  test.each(['jpg', 'png', 'webp'] as const)('a %s is kept byte for byte, with its facts', async (type) => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage(type, { width: 40, height: 60, mark: 'overlay' })
    const upload = describeUpload({ ratingKey: '777', kind: 'art' })
    const capture = await store.keepBody(upload, bodyOf(image))
    expect(captureSchema.parse(capture)).toEqual({
      seq: upload.seq,
      timestamp: upload.timestamp,
      server: 'server-a',
      method: 'POST',
      path: '/library/metadata/777/arts',
      rating_key: '777',
      kind: 'art',
      size_bytes: image.length,
      saved_path: `output/by_ratingkey/777_art_20260703_050001_234567.${type}`,
      parse_error: null,
      type,
      sha256: sha256(image),
      width: 40,
      height: 60,
      overlay_mark: true,
      attempts: 1,
      source_url: null,
      other_paths: [],
    })
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(image)).toBe(true)
    expect(outputFiles(jobDir)).toEqual([capture.saved_path])
  })

  test('magic bytes decide, whatever Content-Type says', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('png')
    const cases = ['image/webp', 'text/plain', 'multipart/form-data; boundary=x', undefined]
    for (const [at, contentType] of cases.entries()) {
      const capture = await store.keepBody(describeUpload({ ratingKey: String(at) }), bodyOf(image, contentType))
      expect(capture.type).toBe('png')
      expect(capture.saved_path).toMatch(/\.png$/)
    }
  })

  test.each([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml', 'SVG'],
    ['a JPEG only by name', Buffer.from('not a picture'), 'image/jpeg', 'unknown data'],
    ['a theme', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5000, 7)]), 'audio/mpeg', 'audio (MP3)'],
    ['GIF', Buffer.from('GIF89a..........'), 'image/gif', 'GIF'],
    ['RIFF that is not WEBP', Buffer.from('RIFF\0\0\0\0WAVEfmt '), undefined, 'unknown data'],
    ['nothing', Buffer.alloc(0), undefined, 'the body is empty'],
    ['two bytes of a JPEG', Buffer.from([0xff, 0xd8]), 'image/jpeg', 'unknown data'],
  ])('not an image: %s', async (_name, bytes, contentType, words) => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const upload = describeUpload({ ratingKey: '99', kind: 'theme' })
    const capture = await store.keepBody(upload, bodyOf(bytes, contentType))
    expect(capture).toMatchObject({ type: null, size_bytes: bytes.length, sha256: sha256(bytes), width: null })
    expect(capture.parse_error).toContain(words)
    expect(capture.saved_path).toBe('output/captured_requests/99_theme_20260703_050001_234567.bin')
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(bytes)).toBe(true)
  })

  test.each([null, '', '../../etc/passwd', '1'.repeat(300), '12/34', '%2e%2e', 'CON', '１２'])(
    'a ratingKey %j never becomes a path',
    async (ratingKey) => {
      const jobDir = makeJobDir()
      const store = createCaptureStore({ job: openBeneath(jobDir) })
      const capture = await store.keepBody(describeUpload({ ratingKey, kind: null }), bodyOf(await makeImage('jpg')))
      expect(capture.saved_path).toBe('output/by_ratingkey/unknown_unknown_20260703_050001_234567.jpg')
    },
  )

  test('over the limit: what arrived is kept, but not under the name of an image', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir), limits: { maxBodyBytes: 100_000 } })
    const image = Buffer.concat([await makeImage('jpg'), Buffer.alloc(200_000, 1)])
    const capture = await store.keepBody(describeUpload(), { ...bodyOf(image), contentLength: undefined })
    expect(capture.parse_error).toBe('the body is larger than 100000 bytes; the first 100000 are kept')
    expect(capture).toMatchObject({ type: null, size_bytes: 100_000 })
    expect(outputFiles(jobDir)).toEqual([capture.saved_path])
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(image.subarray(0, 100_000))).toBe(true)
    const exact = await store.keepBody(describeUpload(), bodyOf(image.subarray(0, 100_000)))
    expect(exact).toMatchObject({ parse_error: null, type: 'jpg', size_bytes: 100_000 })
  })

  test.each([
    ['too little', 1, /ended early: \d+ of \d+ bytes came/],
    ['too much', -1, /ended early: \d+ of \d+ bytes came/],
  ])('a Content-Length that promises %s', async (_name, surplus, words) => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('png')
    const capture = await store.keepBody(describeUpload(), { ...bodyOf(image), contentLength: image.length + surplus })
    expect(capture.parse_error).toMatch(words)
    expect(capture.saved_path).toMatch(/^output\/captured_requests\/.*\.bin$/)
  })

  test('a body that stalls is given up at its limit', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir), limits: { bodyIdleTimeoutMs: 50 } })
    const stream = new PassThrough()
    const image = await makeImage('jpg')
    stream.write(image.subarray(0, 50))
    const capture = await store.keepBody(describeUpload(), { stream, contentType: undefined, contentLength: undefined })
    expect(capture.parse_error).toBe('the body ended early, after 50 bytes: nothing came for 50 ms')
    expect(readFileSync(join(jobDir, capture.saved_path ?? '')).equals(image.subarray(0, 50))).toBe(true)
  })

  test('a stream that fails before its first byte is recorded too', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const stream = new Readable({ read() {} })
    stream.destroy(Object.assign(new Error('token=abc'), { code: 'ECONNRESET' }))
    const capture = await store.keepBody(describeUpload(), { stream, contentType: undefined, contentLength: 10 })
    expect(capture).toMatchObject({
      size_bytes: 0,
      parse_error: 'the body ended early, after 0 bytes: the sender went away',
    })
  })
})

describe('retries', () => {
  test('an identical upload that follows is one capture with its attempts counted', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('webp')
    const first = await store.keepBody(describeUpload(), bodyOf(image))
    for (let again = 2; again <= 6; again++) {
      const capture = await store.keepBody(describeUpload(), bodyOf(image))
      expect(capture).toEqual({ ...first, attempts: again })
    }
    expect(store.list()).toEqual([{ ...first, attempts: 6 }])
    expect(outputFiles(jobDir)).toEqual([first.saved_path])
  })

  test('another kind, item, server or content in between makes a separate capture', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const [a, b] = [await makeImage('webp'), await makeImage('webp', { seed: 9 })]
    const uploads: [Buffer, Parameters<typeof describeUpload>[0]][] = [
      [a, {}],
      [a, { kind: 'art' }],
      [a, { ratingKey: '2' }],
      [a, { server: 'server-b' }],
      [b, {}],
      [a, {}],
    ]
    for (const [image, changes] of uploads) await store.keepBody(describeUpload(changes), bodyOf(image))
    expect(store.list().map((capture) => capture.attempts)).toEqual([1, 1, 1, 1, 1, 1])
    expect(outputFiles(jobDir)).toHaveLength(6)
  })

  test('a cut upload and its complete repetition are two captures', async () => {
    const store = createCaptureStore({ job: openBeneath(makeJobDir()) })
    const image = await makeImage('webp')
    await store.keepBody(describeUpload(), { ...bodyOf(image.subarray(0, 40)), contentLength: image.length })
    await store.keepBody(describeUpload(), bodyOf(image))
    expect(store.list().map((capture) => [capture.type, capture.attempts])).toEqual([
      [null, 1],
      ['webp', 1],
    ])
  })

  test('a retried multipart body has a new boundary and is the same upload', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('jpg')
    for (const boundary of ['aaa', 'bbb']) {
      const body = Buffer.concat([Buffer.from(`--${boundary}\r\n\r\n`), image, Buffer.from(`\r\n--${boundary}--\r\n`)])
      await store.keepBody(describeUpload(), bodyOf(body, `multipart/related; boundary=${boundary}`))
    }
    expect(store.list()).toMatchObject([{ attempts: 2, type: 'jpg' }])
    expect(outputFiles(jobDir)).toHaveLength(1)
  })
})

describe('over real sockets', () => {
  test('Content-Length, chunked, and no Content-Type at all', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    await using server = await startCaptureServer(store)
    const image = await makeImage('webp', { mark: 'overlay' })
    const url = `http://127.0.0.1:${server.port}/library/metadata/5/posters`
    const whole = await request(url, { method: 'POST', body: image })
    const chunked = await request(url.replace('/5/', '/6/'), {
      method: 'PUT',
      body: Readable.from([image.subarray(0, 9), image.subarray(9)]),
    })
    for (const answer of [whole, chunked]) {
      expect([answer.statusCode, await answer.body.text()]).toEqual([200, ''])
    }
    expect(store.list()).toMatchObject([
      { rating_key: '5', sha256: sha256(image), overlay_mark: true },
      { rating_key: '6', sha256: sha256(image), overlay_mark: true },
    ])
  })

  test('a client that dies at any 1/64 of its body leaves a partial file and never an image', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    await using server = await startCaptureServer(store)
    const image = Buffer.concat([await makeImage('jpg'), Buffer.alloc(100_000, 3)])
    for (let slice = 0; slice < 64; slice++) {
      const sent = image.subarray(0, Math.floor((image.length * slice) / 64))
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      const head = `POST /library/metadata/${slice + 1}/posters HTTP/1.1\r\nHost: x\r\nContent-Length: ${image.length}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), sent]), () => socket.end())
      const capture = await server.next()
      if (capture instanceof Error) throw capture
      socket.destroy()
      expect(capture.parse_error).toMatch(/^the body ended early/)
      const kept = readFileSync(join(jobDir, capture.saved_path ?? ''))
      expect(kept.equals(sent)).toBe(true)
    }
    const files = outputFiles(jobDir)
    expect(files).toHaveLength(64)
    expect(files.filter((file) => file.includes('by_ratingkey') || file.includes('.tmp'))).toEqual([])
  })
})

describe('names and folders', () => {
  test('an existing file is never overwritten', async () => {
    const jobDir = makeJobDir()
    const folder = join(jobDir, 'output', 'by_ratingkey')
    mkdirSync(folder, { recursive: true })
    const old = join(folder, '12345_POSTER_20260703_050001_234567.JPG')
    writeFileSync(old, 'old')
    const capture = await createCaptureStore({ job: openBeneath(jobDir) }).keepBody(
      describeUpload(),
      bodyOf(await makeImage('jpg')),
    )
    expect(capture.saved_path).toBe('output/by_ratingkey/12345_poster_20260703_050001_234568.jpg')
    expect(readFileSync(old, 'utf8')).toBe('old')
  })

  test('only half-written files of a dead process are removed', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const capture = await store.keepBody(describeUpload(), bodyOf(await makeImage('jpg')))
    for (const name of [
      'by_ratingkey/.capture-4711-1.tmp',
      'captured_requests/.capture-4711-23.tmp',
      'by_ratingkey/x.tmp',
    ])
      writeFileSync(join(jobDir, 'output', name), 'half')
    expect(await removeTemporaryFiles(openBeneath(jobDir))).toBe(2)
    expect(outputFiles(jobDir)).toEqual([capture.saved_path, 'output/by_ratingkey/x.tmp'])
    expect(await removeTemporaryFiles(openBeneath(makeJobDir()))).toBe(0)
  })
})
