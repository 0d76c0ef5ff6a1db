import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type CaptureLimits, defaultCaptureLimits } from '../../src/proxy/capture/limits.ts'
import { createReadUrl } from '../../src/proxy/capture/read-url.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { describeUpload } from '../support/capture/capture-server.ts'
import { bodyOf, makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { end, field, glue, image, jpg, part } from '../support/multipart/multipart.ts'

const multipart = 'multipart/form-data; boundary=B'
const keep = async (body: Buffer, limits: Partial<CaptureLimits>, type: string | undefined = multipart) => {
  const jobDir = makeJobDir()
  const store = createCaptureStore({ job: openBeneath(jobDir), limits })
  const capture = await store.keepBody(describeUpload(), bodyOf(body, type))
  return { ...capture, files: outputFiles(jobDir).length }
}

test('a body of exactly the allowed size is whole, and with one more byte it is not', async () => {
  expect(await keep(jpg, { maxBodyBytes: jpg.length }, 'image/jpeg')).toMatchObject({ parse_error: null, type: 'jpg' })
  const more = await keep(jpg, { maxBodyBytes: jpg.length - 1 }, 'image/jpeg')
  expect(more).toMatchObject({ parse_error: expect.stringContaining(String(jpg.length - 1)), type: null })
})

test('the allowed number of parts, and one more', async () => {
  const parts = (count: number) => glue(...Array.from({ length: count }, () => part([field], 'a')), end)
  expect((await keep(parts(3), { maxParts: 3 })).parse_error).toMatch(/^no image in the multipart body/)
  expect((await keep(parts(4), { maxParts: 3 })).parse_error).toMatch(/more than 3 parts/)
})

test('the allowed number of files; any further file stays in the raw body', async () => {
  const images = (count: number) => glue(...Array.from({ length: count }, () => image), end)
  expect(await keep(images(3), { maxPartFiles: 3 })).toMatchObject({ files: 3, parse_error: null })
  expect(await keep(images(4), { maxPartFiles: 3 })).toMatchObject({ files: 4, parse_error: null })
})

test('part headers of the allowed length, and longer ones', async () => {
  const block = `${field}\r\nX-A: ${'a'.repeat(100)}`
  const body = glue(part(block.split('\r\n'), jpg), end)
  expect((await keep(body, { maxPartHeaderBytes: block.length })).parse_error).toBeNull()
  expect((await keep(body, { maxPartHeaderBytes: block.length - 1 })).parse_error).toMatch(
    /headers of a part are longer/,
  )
})

test('an image by URL of exactly the allowed size, and one that announces more', async () => {
  const server = createServer((_incoming, outgoing) =>
    outgoing.writeHead(200, { 'content-length': jpg.length }).end(jpg),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const fetched = async (maxBodyBytes: number) => {
    const limits = { ...defaultCaptureLimits, maxBodyBytes }
    const store = createCaptureStore({
      job: openBeneath(makeJobDir()),
      limits,
      readUrl: createReadUrl({ limits, resolve }),
    })
    const { port } = server.address() as AddressInfo
    return store.keepUrl(describeUpload(), `http://public.test:${port}/a.jpg`, null)
  }
  expect(await fetched(jpg.length)).toMatchObject({ parse_error: null, size_bytes: jpg.length })
  expect((await fetched(jpg.length - 1)).parse_error).toMatch(/larger than/)
})

test('unless both item and kind are known, the path tells uploads apart', async () => {
  const attempts = async (paths: string[], known: { ratingKey: string | null; kind: 'poster' | null }) => {
    const store = createCaptureStore({ job: openBeneath(makeJobDir()) })
    for (const path of paths) await store.keepBody(describeUpload({ ...known, path }), bodyOf(jpg))
    return store.list().map((capture) => capture.attempts)
  }
  const paths = ['/library/metadata/1/posters', '/library/metadata/1/poster']
  expect(await attempts(paths, { ratingKey: null, kind: null })).toEqual([1, 1])
  expect(await attempts(paths, { ratingKey: null, kind: 'poster' })).toEqual([1, 1])
  expect(await attempts(paths, { ratingKey: '1', kind: null })).toEqual([1, 1])
  expect(await attempts(paths, { ratingKey: '1', kind: 'poster' })).toEqual([2])
})
