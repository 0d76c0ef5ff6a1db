import { artworkKinds } from '../../contract/artwork-kinds.ts'
import type { UploadDescription } from './types.ts'

/** Names of captures: `<ratingKey>_<kind>_<YYYYMMDD_HHMMSS_micros>`, never given twice. */
export interface CaptureNames {
  /**
   * A file name without its extension. No other capture gets it, in any folder, with any extension, in any letter
   * case.
   */
  claim(upload: UploadDescription): string
  /** Marks the name of a file that exists already. */
  taken(fileName: string): void
}

/** The name of a capture's file, with its ending. */
export const captureFileName = new RegExp(
  `^(?:\\d{1,18}|unknown)_(?:${artworkKinds.join('|')}|unknown)_\\d{8}_\\d{6}_\\d{6}\\.[a-z]+$`,
)

/**
 * When two uploads share a microsecond, the later one gets the next free microsecond, so that the name keeps its form;
 * the record's `seq` has the order. A ratingKey that is not 1 to 18 digits becomes `unknown`, so that no part of a
 * path comes from the client.
 */
export function createCaptureNames(now: () => number): CaptureNames {
  const used = new Set<string>()
  /** Where to look next for a name that was wanted before. It keeps a thousand uploads in one microsecond cheap. */
  const nextFree = new Map<string, bigint>()

  return {
    claim({ ratingKey, kind, timestamp }) {
      const item = ratingKey !== null && /^\d{1,18}$/.test(ratingKey) ? ratingKey : 'unknown'
      const stem = `${item}_${kind ?? 'unknown'}`
      const wanted = micros(timestamp) ?? BigInt(now()) * 1000n
      const wish = `${stem}_${wanted}`
      let at = nextFree.get(wish) ?? wanted
      while (used.has(`${stem}_${spell(at)}`.toLowerCase())) at += 1n
      const name = `${stem}_${spell(at)}`
      used.add(name.toLowerCase())
      if (at !== wanted) nextFree.set(wish, at + 1n)
      return name
    },
    taken(fileName) {
      used.add(fileName.replace(/\.[^.]*$/, '').toLowerCase())
    },
  }
}

/** Microseconds since 1970 of an ISO 8601 UTC time, of which six decimals count; undefined for any other text. */
function micros(timestamp: string): bigint | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(timestamp)
  const seconds = parts?.[1] === undefined ? Number.NaN : Date.parse(`${parts[1]}Z`)
  if (Number.isNaN(seconds)) return undefined
  return BigInt(seconds) * 1000n + BigInt((parts?.[2] ?? '').padEnd(6, '0').slice(0, 6))
}

function spell(time: bigint): string {
  const iso = new Date(Number(time / 1000n)).toISOString()
  const date = iso.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
  return `${date}_${(time % 1_000_000n).toString().padStart(6, '0')}`
}
