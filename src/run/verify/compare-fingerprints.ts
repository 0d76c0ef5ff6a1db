import type { Difference } from '../../contract/verification.ts'
import type { Fingerprint, ItemFingerprint } from './fingerprint.ts'

/** The longest value in a difference, in characters. */
const maxValueLength = 500

const fields = [
  'updatedAt',
  'thumb',
  'art',
  'labels',
  'collections',
  'posters',
  'selected_poster',
  'poster_sha256',
] as const
export type FingerprintField = (typeof fields)[number] | 'item'

export interface FoundDifference extends Omit<Difference, 'explanation'> {
  server: string
  /** `updatedAt` of the item as it is now, in seconds since 1970. */
  updatedAt: string | null
}

export interface Comparison {
  differences: FoundDifference[]
  /** Fields that were not read both times. */
  unread: number
}

/** What has changed. A field that is missing on one side is counted as unread, and never taken for equal. */
export function compareFingerprints(before: Fingerprint, after: Fingerprint): Comparison {
  const later = new Map(after.items.map((item) => [`${item.server} ${item.rating_key}`, item]))
  const differences: FoundDifference[] = []
  let unread = 0
  for (const item of before.items) {
    const now = later.get(`${item.server} ${item.rating_key}`)
    if (!now || item.exists === null || now.exists === null) {
      unread += 1
      continue
    }
    const found = (field: FingerprintField, was: string | null, is: string | null) =>
      differences.push({
        server: item.server,
        rating_key: item.rating_key,
        title: now.title || item.title,
        field,
        before: shorten(was),
        after: shorten(is),
        updatedAt: now.updatedAt ?? null,
      })
    if (item.exists !== now.exists) found('item', presence(item), presence(now))
    if (!item.exists || !now.exists) continue
    for (const field of fields) {
      const was = item[field]
      const is = now[field]
      if (was === undefined || is === undefined) unread += 1
      else if (JSON.stringify(was) !== JSON.stringify(is)) found(field, textOf(was, is), textOf(is, was))
    }
  }
  return { differences, unread }
}

const presence = ({ exists }: ItemFingerprint): string => (exists ? 'there' : 'gone')

/** A list in words: its length, and the values that the other list does not have. */
function textOf(value: string | string[] | null, other: string | string[] | null): string | null {
  if (!Array.isArray(value)) return value
  const own = value.filter((one) => !(Array.isArray(other) && other.includes(one)))
  return `${value.length}${own.length > 0 ? `, among them ${own.join(', ')}` : ''}`
}

function shorten(value: string | null): string | null {
  return value !== null && value.length > maxValueLength ? `${value.slice(0, maxValueLength)}…` : value
}
