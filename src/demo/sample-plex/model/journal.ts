import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { createFraming } from '../framing.ts'

/** One request as its bytes came in. */
export interface JournalEntry {
  seq: number
  method: string
  /** As it stood in the request line, token and all. */
  target: string
  /** Header lines in order, without the request line. */
  headerLines: readonly string[]
  /** Request line and headers with every byte as received. */
  rawHead: Buffer
  /** Without chunk sizes and trailers. */
  bodyBytes: number
  bodySha256: string
  /** It changed state or could have. */
  isWrite: boolean
  /** Status of the answer; 0 until there is one. */
  status: number
  /** Bytes of the answer's body as sent. */
  answerBytes: number
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** Reads that were forgotten because the journal was full. */
  readonly dropped: number
  /** Follows one connection's bytes; `next` takes the head of the request that Node's parser has just reported. */
  follow(socket: Socket): { next(): Buffer | null }
  add(request: { method: string; target: string; rawHead: Buffer }): JournalEntry
  body(entry: JournalEntry, bytes: Uint8Array): void
  clear(): void
}

/** Entries kept; past it the oldest read goes, never a write. */
const maxEntries = 500_000

export function createJournal(): Journal {
  let entries: JournalEntry[] = []
  let dropped = 0
  let seq = 0
  const noBytes = createHash('sha256').digest('hex')
  return {
    get entries() {
      return entries
    },
    get dropped() {
      return dropped
    },
    follow(socket) {
      const framing = createFraming()
      // Before Node's own listener, so that a head is known when its request is reported.
      socket.prependListener('data', (chunk: Buffer) => framing.feed(chunk))
      return { next: () => framing.heads.shift() ?? null }
    },
    add({ method, target, rawHead }) {
      const lines = rawHead.toString('latin1').split('\r\n').slice(1, -2)
      const entry: JournalEntry = {
        seq: ++seq,
        method,
        target,
        headerLines: lines,
        rawHead,
        bodyBytes: 0,
        bodySha256: noBytes,
        isWrite: false,
        status: 0,
        answerBytes: 0,
      }
      if (entries.length >= maxEntries) {
        const oldestRead = entries.findIndex((old) => !old.isWrite)
        if (oldestRead >= 0) entries.splice(oldestRead, 1)
        dropped++
      }
      entries.push(entry)
      return entry
    },
    body(entry, bytes) {
      entry.bodyBytes = bytes.length
      entry.bodySha256 = bytes.length === 0 ? noBytes : createHash('sha256').update(bytes).digest('hex')
    },
    clear() {
      entries = []
      dropped = 0
    },
  }
}
