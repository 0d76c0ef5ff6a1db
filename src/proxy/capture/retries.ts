import type { Capture } from '../../contract/records.ts'
import type { UploadDescription } from './types.ts'

/** An upload that is being taken, as the retry rule sees it. */
export interface Ticket {
  readonly key: string
  readonly startedAt: number
}

/**
 * Which uploads are one and the same. Kometa sends an upload again when the answer did not please it, up to six times and one after the other;
 * so an upload is a retry when the latest one of the same server, ratingKey and kind has the same content and was settled before this one began.
 * Uploads that overlap are never taken for retries, nor is A after A, B: the last picture counts, and it is A again.
 */
export interface Retries {
  begin(upload: UploadDescription): Ticket
  /** The capture that this upload repeats, with its attempts counted up; null if it is a new one. */
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
      // Without a ratingKey or kind the path alone says what was meant.
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
  /** Counts settled uploads, not time. */
  settledAt: number
  capture: Capture
}
