import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { createFraming } from '../framing.ts'

/** One request, with its bytes as received. */
export interface JournalEntry {
  seq: number
  method: string
  /** Path and query of the request line, with the token. */
  target: string
  /** Header lines in order, without the request line. */
  headerLines: readonly string[]
  /** Request line and headers with every byte as received. */
  rawHead: Buffer
  /** Without chunk sizes and trailers. */
  bodyBytes: number
  bodySha256: string
  /** The request changed state, or could have changed it. */
  isWrite: boolean
  /** Status of the answer; 0 until there is one. */
  status: number
  /** Bytes of the answer's body as sent. */
  answerBytes: number
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** Number of reads that the full journal has dropped. */
  readonly dropped: number
  /** Follows one connection's bytes. `next` returns the head of the request that Node's parser has just reported. */
  follow(socket: Socket): { next(): Buffer | null }
  add(request: { method: string; target: string; rawHead: Buffer }): JournalEntry
  body(entry: JournalEntry, bytes: Uint8Array): void
  clear(): void
}

/** Entries kept. Beyond this number, the oldest read goes; no write ever does. */
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
      // This listener must come before Node's own, so that the head is known when Node reports the request.
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
