import type { Capture } from '../../contract/records.ts'
import type { UploadDescription } from './types.ts'

/** An upload that is being taken, as the retry rule sees it. */
export interface Ticket {
  readonly key: string
  readonly startedAt: number
}

/**
 * Recognizes retries. Kometa repeats an upload up to six times, one after the other, when it does not accept the
 * answer. So an upload is a retry when the latest upload of the same server, ratingKey and kind has the same content
 * and was settled before this one began. Uploads that overlap are never retries. Neither is the last one of A, B, A:
 * the last picture counts, and it is A again.
 */
export interface Retries {
  begin(upload: UploadDescription): Ticket
  /** The capture that this upload repeats, with one more attempt; null for a new upload. */
  repeat(ticket: Ticket, fingerprint: string): Capture | null
  add(ticket: Ticket, fingerprint: string, capture: Capture): void
  list(): Capture[]
}

export function createRetries(): Retries {
  const entries: Entry[] = []
  const latest = new Map<string, Entry>()
  let clock = 0

  return {
    begin({ server, ratingKey, kind, path }) {
      // Without a ratingKey or a kind, only the path says which item is meant.
      const place = ratingKey === null || kind === null ? path : ''
      return { key: JSON.stringify([server, ratingKey, kind, place]), startedAt: clock }
    },
    repeat({ key, startedAt }, fingerprint) {
      const entry = latest.get(key)
      if (!entry || entry.fingerprint !== fingerprint || entry.settledAt > startedAt) return null
      entry.capture = { ...entry.capture, attempts: entry.capture.attempts + 1 }
      return entry.capture
    },
    add({ key }, fingerprint, capture) {
      clock += 1
      const entry = { fingerprint, settledAt: clock, capture }
      entries.push(entry)
      const before = latest.get(key)
      if (!before || before.capture.seq <= capture.seq) latest.set(key, entry)
    },
    list: () => entries.map((entry) => entry.capture).sort((a, b) => a.seq - b.seq),
  }
}

interface Entry {
  fingerprint: string
  /** The number of uploads that were settled by then. */
  settledAt: number
  capture: Capture
}
