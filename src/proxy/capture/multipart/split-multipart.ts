import { bytesToChooseBy, chooseDelimiter, judgeBoundaryLine } from './boundary-lines.ts'
import { type PartHeaders, parsePartHeaders } from './part-headers.ts'

/** What is wrong with a multipart body, in words. */
export class MalformedMultipart extends Error {}

export interface SplitOptions {
  boundary: string
  maxPartHeaderBytes: number
  maxParts: number
}

/**
 * A body in the order of its bytes: `part` begins a part, `data` is some of its bytes, `part-end` ends it. `stray`, at
 * most once: there are bytes outside of all parts that are more than white space. `end` comes last, and only of a body
 * that is whole.
 */
export type MultipartPiece =
  | { kind: 'part'; headers: PartHeaders }
  | { kind: 'data'; bytes: Buffer }
  | { kind: 'part-end' | 'stray' | 'end' }

const crlf = Buffer.from('\r\n')

/**
 * Splits a multipart body strictly, and fails with MalformedMultipart at the first violation of RFC 2046. No library
 * does that: each takes some broken bodies for whole ones and loses bytes without a word. They cut a part where its
 * data merely begins like a boundary line, drop parts without `Content-Disposition: form-data` (all of
 * multipart/related), or take a body without boundary lines for an empty one.
 */
export async function* splitMultipart(
  body: AsyncIterable<Uint8Array>,
  options: SplitOptions,
): AsyncGenerator<MultipartPiece, void> {
  const splitter = new MultipartSplitter(options)
  for await (const chunk of body) yield* splitter.take(chunk)
  yield* splitter.finish()
}

type State = 'preamble' | 'headers' | 'body' | 'epilogue'

const unfinished: Readonly<Record<Exclude<State, 'epilogue'>, string>> = {
  preamble: 'its boundary never comes',
  headers: 'it ends within the headers of a part',
  body: 'it ends without its closing boundary',
}

class MultipartSplitter {
  readonly #options: SplitOptions
  #state: State = 'preamble'
  #delimiter: Buffer | undefined
  /** Not judged yet. It begins with a line end of our own, so that the first boundary line looks like all others. */
  #rest: Buffer = crlf
  #parts = 0
  /**
   * Bytes of the line end behind a part's headers: it stays in front of the data, since it may belong to a boundary
   * line.
   */
  #toSkip = 0
  #isStray = false
  #pieces: MultipartPiece[] = []

  constructor(options: SplitOptions) {
    this.#options = options
  }

  /** What these bytes settle. */
  take(chunk: Uint8Array): MultipartPiece[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    return this.#advance(false)
  }

  finish(): MultipartPiece[] {
    const pieces = this.#advance(true)
    if (this.#state !== 'epilogue') throw new MalformedMultipart(unfinished[this.#state])
    return [...pieces, { kind: 'end' }]
  }

  #advance(atEnd: boolean): MultipartPiece[] {
    for (let more = true; more; ) more = this.#step(atEnd)
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  /** One step on; false when more bytes are needed. */
  #step(atEnd: boolean): boolean {
    if (this.#state === 'headers') return this.#readHeaders()
    if (this.#state === 'epilogue') {
      this.#outsideOfParts(this.#rest)
      this.#rest = Buffer.alloc(0)
      return false
    }
    const { boundary } = this.#options
    if (!this.#delimiter && this.#rest.length < bytesToChooseBy(boundary) && !atEnd) return false
    this.#delimiter ??= chooseDelimiter(this.#rest, boundary)
    return this.#readToBoundary(this.#delimiter, this.#state === 'body', atEnd)
  }

  /** Reads up to the next boundary line, and past it. */
  #readToBoundary(delimiter: Buffer, isInPart: boolean, atEnd: boolean): boolean {
    const line = findBoundaryLine(this.#rest, delimiter, atEnd)
    const before = this.#rest.subarray(0, line.at)
    if (isInPart) this.#inPart(before)
    else this.#outsideOfParts(before)
    this.#rest = this.#rest.subarray('next' in line ? line.next : line.at)
    if (!('next' in line)) return false
    if (isInPart) this.#pieces.push({ kind: 'part-end' })
    if (line.last && this.#parts === 0 && this.#isStray) {
      throw new MalformedMultipart('the body does not begin with its boundary')
    }
    this.#state = line.last ? 'epilogue' : 'headers'
    return true
  }

  #readHeaders(): boolean {
    const { maxPartHeaderBytes, maxParts } = this.#options
    const rest = this.#rest
    const hasNone = rest.subarray(0, crlf.length).equals(crlf)
    const end = hasNone ? 0 : rest.indexOf('\r\n\r\n')
    if (end > maxPartHeaderBytes || (end === -1 && rest.length > maxPartHeaderBytes)) {
      throw new MalformedMultipart(`the headers of a part are longer than ${maxPartHeaderBytes} bytes`)
    }
    if (end === -1) return false
    this.#parts += 1
    if (this.#parts > maxParts) throw new MalformedMultipart(`it has more than ${maxParts} parts`)
    const headers = parsePartHeaders(rest.toString('latin1', 0, end))
    if ('problem' in headers) throw new MalformedMultipart(headers.problem)
    this.#pieces.push({ kind: 'part', headers })
    this.#rest = rest.subarray(hasNone ? 0 : end + crlf.length)
    this.#toSkip = crlf.length
    this.#state = 'body'
    return true
  }

  #inPart(bytes: Buffer): void {
    const data = bytes.subarray(this.#toSkip)
    this.#toSkip -= bytes.length - data.length
    if (data.length > 0) this.#pieces.push({ kind: 'data', bytes: data })
  }

  #outsideOfParts(bytes: Buffer): void {
    if (this.#isStray || !/[^\s]/.test(bytes.toString('latin1'))) return
    this.#isStray = true
    this.#pieces.push({ kind: 'stray' })
  }
}

type FoundLine = { at: number } | { at: number; next: number; last: boolean }

/**
 * The next boundary line, with where it begins and where it ends; only `at`: what comes before `at` is data in any
 * case.
 */
function findBoundaryLine(bytes: Buffer, line: Buffer, atEnd: boolean): FoundLine {
  for (let from = 0; ; ) {
    const at = bytes.indexOf(line, from)
    // The end of what is there may be the start of a boundary line.
    if (at === -1) return { at: atEnd ? bytes.length : bytes.length - Math.min(bytes.length, line.length - 1) }
    const ending = judgeBoundaryLine(bytes, at + line.length, atEnd)
    if (ending === 'unknown') return { at }
    if (ending !== 'data') return { at, ...ending }
    from = at + 1
  }
}
