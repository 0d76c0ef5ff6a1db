import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { openBeneath } from '../../util/beneath/beneath.ts'
import { receiveBody } from './receive.ts'
import { createTemporaryFile } from './temporary-file.ts'

const limits = { maxBodyBytes: 2_000, bodyIdleTimeoutMs: 60_000, bodyTotalTimeoutMs: 60_000 }

async function receive(stream: Readable, more: Partial<typeof limits & { contentLength: number }> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'receive-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const heads: Buffer[] = []
  const body = { stream, contentLength: more.contentLength }
  const openFile = (start: Buffer) => {
    heads.push(start)
    return createTemporaryFile(openBeneath(dir), 'body')
  }
  const alone = { wait: <T>(work: Promise<T>) => work }
  const { file, head, problem } = await receiveBody(body, { ...limits, ...more }, openFile, alone)
  expect(heads).toEqual([head])
  const bytes = readFileSync(join(dir, 'body'))
  expect(file.bytes()).toBe(bytes.length)
  await file.discard()
  return { bytes, head, problem }
}

/** A stream that hands out these chunks and then fails. */
const failing = (chunks: readonly Buffer[], error: Error) =>
  Readable.from(
    (function* () {
      yield* chunks
      throw error
    })(),
  )
const failure = (code: string) => Object.assign(new Error('10.0.0.1 said no'), { code })

test.each([
  ['nothing', [], 0],
  ['one chunk', [Buffer.from('abc')], 3],
  ['the head alone', [Buffer.alloc(512, 1)], 512],
  ['more than the head, over chunks', [Buffer.alloc(511, 1), Buffer.alloc(2, 2), Buffer.alloc(1_000, 3)], 1_513],
  ['text, as some streams hand it out', ['ab', 'cd'], 4],
  ['a part of a larger array', [new Uint8Array(new Uint8Array([9, 1, 2, 9]).buffer, 1, 2)], 2],
])('%s', async (_name, chunks, length) => {
  const whole = Buffer.concat(
    chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk))),
  )
  const { bytes, head, problem } = await receive(Readable.from(chunks), { contentLength: length })
  expect({ bytes, head, problem }).toEqual({ bytes: whole, head: whole.subarray(0, 512), problem: null })
})

test('as many bytes as are allowed, and one more', async () => {
  const body = () => Readable.from([Buffer.alloc(1_500, 1), Buffer.alloc(501, 2)])
  expect(await receive(body(), { maxBodyBytes: 2_001 })).toMatchObject({ problem: null })
  const { bytes, problem } = await receive(body())
  expect([bytes.length, problem]).toEqual([2_000, 'the body is larger than 2000 bytes; the first 2000 are kept'])
})

test('fewer or more bytes than were promised', async () => {
  const body = () => Readable.from([Buffer.from('abc')])
  expect((await receive(body(), { contentLength: 4 })).problem).toBe('the body ended early: 3 of 4 bytes came')
  expect((await receive(body(), { contentLength: 2 })).problem).toBe('the body ended early: 3 of 2 bytes came')
  expect((await receive(body())).problem).toBeNull()
})

test('a message that node calls incomplete is not whole', async () => {
  const body = (complete: boolean) => Object.assign(Readable.from([Buffer.from('abc')]), { complete })
  expect((await receive(body(false))).problem).toBe('the body ended early, after 3 bytes')
  expect((await receive(body(true))).problem).toBeNull()
})

test.each([
  [failure('ECONNRESET'), 'the sender went away'],
  [failure('ERR_STREAM_PREMATURE_CLOSE'), 'the sender went away'],
  [new Error('10.0.0.1 said no'), 'the sender went away'],
  [failure('EPIPE'), 'the connection failed (EPIPE)'],
])('%o: what came is kept, and the words hold no address', async (error, words) => {
  for (const sizes of [[], [3], [600], [600, 600]]) {
    const chunks = sizes.map((size) => Buffer.alloc(size, 1))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    const { bytes, problem } = await receive(failing(chunks, error))
    expect([bytes.length, problem]).toEqual([total, `the body ended early, after ${total} bytes: ${words}`])
  }
})

test('what arrived before the stream failed and was not read yet is kept', async () => {
  const stream = new PassThrough()
  stream.write(Buffer.alloc(100, 1))
  const received = receive(stream)
  stream.write(Buffer.alloc(50, 2), () => stream.destroy(failure('ECONNRESET')))
  const { bytes, problem } = await received
  expect([bytes.length, problem]).toEqual([150, 'the body ended early, after 150 bytes: the sender went away'])
})

test('a body that stalls, and one that takes too long', async () => {
  const silent = () => {
    const stream = new PassThrough()
    stream.write('abc')
    return stream
  }
  expect((await receive(silent(), { bodyIdleTimeoutMs: 20 })).problem).toBe(
    'the body ended early, after 3 bytes: nothing came for 20 ms',
  )
  expect((await receive(silent(), { bodyTotalTimeoutMs: 20 })).problem).toBe(
    'the body ended early, after 3 bytes: it took longer than 20 ms',
  )
})
