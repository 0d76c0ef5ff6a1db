import { Transform, type TransformCallback } from 'node:stream'
import { type PartHeaders, parsePartHeaders } from './part-headers.ts'

/** What is wrong with a multipart body, in words. */
export class MalformedMultipart extends Error {}

export interface StrictFramingOptions {
  boundary: string
  /** What busboy is told: a boundary that cannot occur in the data. */
  innerBoundary: string
  maxPartHeaderBytes: number
  maxParts: number
  onPart(headers: PartHeaders): void
  /** Bytes before the first or after the last part that are more than white space. */
  onStray(): void
}

const dashes = '--'
const crlf = Buffer.from('\r\n')
/** Blanks allowed between a boundary and its line end. */
const maxPaddingBytes = 64

/**
 * Reads multipart framing strictly and hands the parts on in a form that has one reading only: boundary lines with `innerBoundary`,
 * headers made anew. It stands before busboy because busboy takes what RFC 2046 forbids and loses bytes without a word: it cuts a part
 * where its data merely starts like a boundary line, drops a part without `Content-Disposition: form-data` (every part of multipart/related),
 * takes broken header lines for none, and a body without any boundary line for an empty one.
 * Fails with MalformedMultipart at the first violation.
 */
export function createStrictFraming(options: StrictFramingOptions): Transform {
  const { maxPartHeaderBytes, maxParts } = options
  const marker = Buffer.from(`\r\n--${options.innerBoundary}`, 'latin1')
  let delimiter: Buffer | undefined
  let state: 'preamble' | 'headers' | 'body' | 'epilogue' = 'preamble'
  /** Not judged yet; starts with a line end of our own, so that the first boundary line looks like all others. */
  let rest: Buffer = crlf
  let parts = 0
  let stray = false

  /** Bytes outside of parts; white space does not count. */
  function markStray(bytes: Buffer): void {
    if (!stray && /[^\s]/.test(bytes.toString('latin1'))) {
      stray = true
      options.onStray()
    }
  }

  /** Reads up to the next boundary line. False: more bytes are needed. */
  function readData(push: (bytes: Buffer) => void, atEnd: boolean): boolean {
    const line = delimiter ?? crlf
    let from = 0
    for (;;) {
      const at = rest.indexOf(line, from)
      if (at === -1) {
        // The end of what is there may be the start of a boundary line.
        const keep = atEnd ? 0 : Math.min(rest.length, line.length - 1)
        push(rest.subarray(0, rest.length - keep))
        rest = rest.subarray(rest.length - keep)
        return false
      }
      const ending = judgeBoundaryLine(rest, at + line.length, atEnd)
      if (ending === 'unknown') {
        push(rest.subarray(0, at))
        rest = rest.subarray(at)
        return false
      }
      if (ending !== 'data') {
        push(rest.subarray(0, at))
        rest = rest.subarray(ending.next)
        if (ending.last) close()
        else state = 'headers'
        return true
      }
      from = at + 1
    }
  }

  function close(): void {
    if (parts === 0 && stray) throw new MalformedMultipart('the body does not begin with its boundary')
    state = 'epilogue'
  }

  function readHeaders(push: (bytes: Buffer) => void): boolean {
    const empty = rest.subarray(0, 2).equals(crlf)
    const end = empty ? 0 : rest.indexOf('\r\n\r\n')
    if (end > maxPartHeaderBytes || (end === -1 && rest.length > maxPartHeaderBytes)) {
      throw new MalformedMultipart(`the headers of a part are longer than ${maxPartHeaderBytes} bytes`)
    }
    if (end === -1 || rest.length < 2) return false
    parts += 1
    if (parts > maxParts) throw new MalformedMultipart(`it has more than ${maxParts} parts`)
    const headers = parsePartHeaders(rest.toString('latin1', 0, end))
    if ('problem' in headers) throw new MalformedMultipart(headers.problem)
    options.onPart(headers)
    push(Buffer.concat([marker, Buffer.from(`\r\n${rebuild(headers, parts)}\r\n`, 'latin1')]))
    // The blank line's end may belong to a boundary line at once: a part without a body.
    rest = rest.subarray(empty ? 0 : end + 2)
    state = 'body'
    return true
  }

  function advance(push: (bytes: Buffer) => void, atEnd: boolean): void {
    for (let more = true; more; ) {
      if (state === 'epilogue') {
        markStray(rest)
        rest = Buffer.alloc(0)
        more = false
      } else if (state === 'headers') more = readHeaders(push)
      else if (state === 'preamble') more = readPreamble(atEnd)
      else more = readBody(push, atEnd)
    }
  }

  function readPreamble(atEnd: boolean): boolean {
    if (!delimiter) {
      // Enough to see which of the two the body begins with.
      if (rest.length < crlf.length + options.boundary.length + dashes.length && !atEnd) return false
      delimiter = Buffer.from(`\r\n${chooseDashes(rest, options.boundary)}${options.boundary}`, 'latin1')
    }
    return readData(markStray, atEnd)
  }

  let inData = false
  /** Body bytes. The blank line's own end still stands in front of them, and goes out with them. */
  function readBody(push: (bytes: Buffer) => void, atEnd: boolean): boolean {
    const ended = readData((bytes) => {
      if (bytes.length > 0) inData = true
      push(bytes)
    }, atEnd)
    if (!ended) return false
    if (!inData) push(crlf)
    inData = false
    return true
  }

  function step(callback: TransformCallback, push: (bytes: Buffer) => void, atEnd: boolean): void {
    try {
      advance(push, atEnd)
      if (atEnd && state !== 'epilogue') throw new MalformedMultipart(unfinished[state])
      if (atEnd) push(Buffer.from(`${marker.toString('latin1')}--\r\n`, 'latin1'))
      callback()
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)))
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      step(callback, (bytes) => bytes.length > 0 && this.push(bytes), false)
    },
    flush(callback) {
      step(callback, (bytes) => bytes.length > 0 && this.push(bytes), true)
    },
  })
}

const unfinished = {
  preamble: 'its boundary never comes',
  headers: 'it ends within the headers of a part',
  body: 'it ends without its closing boundary',
}

/** Some clients name the boundary with the two dashes that its lines begin with, and then do not write them twice. */
function chooseDashes(start: Buffer, boundary: string): '--' | '' {
  const bare = Buffer.from(`\r\n${boundary}`, 'latin1')
  return boundary.startsWith(dashes) && start.subarray(0, bare.length).equals(bare) && !isDoubled(start, bare)
    ? ''
    : dashes
}

/** A boundary made of dashes looks the same with two more in front. */
function isDoubled(start: Buffer, bare: Buffer): boolean {
  const doubled = Buffer.concat([crlf, Buffer.from(dashes), bare.subarray(crlf.length)])
  return start.subarray(0, doubled.length).equals(doubled)
}

type Ending = 'data' | 'unknown' | { next: number; last: boolean }

/** What follows the text of a boundary: its line's end, `--` and the line's or the body's end, or else it was data that looks like one. */
function judgeBoundaryLine(bytes: Buffer, after: number, atEnd: boolean): Ending {
  const last = bytes.toString('latin1', after, after + 2) === dashes
  if (!last && bytes.length < after + 2 && !atEnd) return 'unknown'
  let at = last ? after + 2 : after
  while (at < bytes.length && at - after < maxPaddingBytes && (bytes[at] === 0x20 || bytes[at] === 0x09)) at += 1
  const lineEnd = bytes.toString('latin1', at, at + 2)
  if (lineEnd === '\r\n') return { next: at + 2, last }
  if (lineEnd === '' || lineEnd === '\r') {
    if (!atEnd) return 'unknown'
    return last ? { next: bytes.length, last } : 'data'
  }
  return 'data'
}

/** For busboy every part is form-data with a name; which it was in truth decides nothing. */
function rebuild(headers: PartHeaders, number: number): string {
  const lines = [`Content-Disposition: form-data; name="part${number}"`]
  if (headers.contentType !== undefined) lines.push(`Content-Type: ${headers.contentType}`)
  if (headers.transferEncoding !== undefined) lines.push(`Content-Transfer-Encoding: ${headers.transferEncoding}`)
  return lines.join('\r\n')
}
