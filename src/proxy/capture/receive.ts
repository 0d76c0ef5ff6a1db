import type { Readable } from 'node:stream'
import { createIdleTimer } from '../../util/time/idle-timer.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import type { CaptureLimits } from './limits.ts'
import type { TemporaryFile } from './temporary-file.ts'
import type { Turn } from './turns.ts'

/** How many first bytes are kept in memory to tell what a body is. */
const headBytes = 512

export interface Received {
  file: TemporaryFile
  head: Buffer
  /** Why the body is not whole, in words; null when it is. */
  problem: string | null
}

/**
 * Writes a body to a temporary file as it arrives; `openFile` chooses the place by the first bytes. Of a body that
 * ends early, stalls or exceeds the limit, what arrived is kept, with the problem in words. Rejects only when the disk
 * refuses. While a sender sends nothing, another upload has the turn. What exceeds the limit stays unread, for the
 * caller to drain or destroy.
 */
export async function receiveBody(
  body: { stream: Readable; contentLength: number | undefined },
  limits: Pick<CaptureLimits, 'maxBodyBytes' | 'bodyIdleTimeoutMs' | 'bodyTotalTimeoutMs'>,
  openFile: (head: Buffer) => Promise<TemporaryFile>,
  turn: Turn,
): Promise<Received> {
  const reader = readChunks(body.stream, limits)
  try {
    const first: Buffer[] = []
    let gathered = 0
    let step: Step = { chunk: Buffer.alloc(0) }
    while (gathered < headBytes) {
      step = await turn.wait(reader.next())
      if (!('chunk' in step)) break
      first.push(step.chunk)
      gathered += step.chunk.length
    }
    const start = Buffer.concat(first)
    const file = await openFile(start.subarray(0, headBytes))
    const problem = await copy({ start, last: step }, reader, file, { turn, maxBytes: limits.maxBodyBytes })
    await file.finish()
    return {
      file,
      head: Buffer.from(start.subarray(0, headBytes)),
      problem: problem ?? judgeEnd(body.stream, file.bytes(), body.contentLength),
    }
  } finally {
    reader.stop()
  }
}

async function copy(
  { start, last }: { start: Buffer; last: Step },
  reader: ChunkReader,
  file: TemporaryFile,
  { turn, maxBytes }: { turn: Turn; maxBytes: number },
): Promise<string | null> {
  let chunk = start
  let step = last
  for (;;) {
    const room = maxBytes - file.bytes()
    await file.write(chunk.subarray(0, room))
    if (chunk.length > room) return `the body is larger than ${maxBytes} bytes; the first ${maxBytes} are kept`
    if ('problem' in step) return `the body ended early, after ${file.bytes()} bytes: ${step.problem}`
    if ('end' in step) return null
    // While a sender is stuck, others go on, and nothing of its body stays in memory.
    step = await turn.wait(reader.next(), file.flush)
    chunk = 'chunk' in step ? step.chunk : Buffer.alloc(0)
  }
}

/** A stream can end without an error and still be short: the sender hung up, or sent less than it announced. */
function judgeEnd(stream: Readable, bytes: number, contentLength: number | undefined): string | null {
  if (contentLength !== undefined && contentLength !== bytes) {
    return `the body ended early: ${bytes} of ${contentLength} bytes came`
  }
  // Only http.IncomingMessage has this property.
  if ('complete' in stream && stream.complete === false) return `the body ended early, after ${bytes} bytes`
  return null
}

type Step = { chunk: Buffer } | { end: true } | { problem: string }

interface ChunkReader {
  /** Never rejects: a failing stream is a step too. */
  next(): Promise<Step>
  stop(): void
}

function readChunks(
  stream: Readable,
  { bodyIdleTimeoutMs, bodyTotalTimeoutMs }: Pick<CaptureLimits, 'bodyIdleTimeoutMs' | 'bodyTotalTimeoutMs'>,
): ChunkReader {
  let timedOut: string | undefined
  const giveUp = (reason: string) => {
    timedOut ??= reason
    stream.destroy()
  }
  // A body that has arrived and waits for its turn is not idle.
  let isAsked = false
  const idle = createIdleTimer(bodyIdleTimeoutMs, () => {
    if (isAsked) giveUp(`nothing came for ${bodyIdleTimeoutMs} ms`)
    else idle.refresh()
  })
  const total = createIdleTimer(bodyTotalTimeoutMs, () => giveUp(`it took longer than ${bodyTotalTimeoutMs} ms`))
  const iterator = stream.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]()
  let failed: string | undefined
  return {
    async next() {
      isAsked = true
      idle.refresh()
      if (failed !== undefined) return salvage(stream, failed)
      try {
        const result: IteratorResult<unknown> = await iterator.next()
        return result.done === true ? { end: true } : { chunk: toBuffer(result.value) }
      } catch (error) {
        failed = timedOut ?? describeStreamError(error)
        return salvage(stream, failed)
      } finally {
        isAsked = false
      }
    },
    stop() {
      idle.stop()
      total.stop()
    },
  }
}

/** A stream that failed still holds bytes that arrived before and were not read; its iterator skips them. */
function salvage(stream: Readable, problem: string): Step {
  const left: unknown = stream.read()
  return left === null ? { problem } : { chunk: toBuffer(left) }
}

function toBuffer(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return Buffer.from(String(value))
}

/** Only the code is told, since messages can hold addresses. */
function describeStreamError(error: unknown): string {
  const code = errorCodeOf(error)
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === '') return 'the sender went away'
  return `the connection failed (${code})`
}
