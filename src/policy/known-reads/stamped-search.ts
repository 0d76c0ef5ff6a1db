import type { ReadSubject } from '../recognize-read.ts'
import { decodeValue, pairName, pairValue } from '../resource.ts'

/**
 * Fields for which Plex changes the stamp of a section when one of its items changes. Any other field may belong to a
 * viewer (`unwatched`, `viewCount`, `userRating`) and change without a stamp, so each job repeats a search by it.
 */
const stampedFields: ReadonlySet<string> = new Set([
  ...[
    'actor',
    'addedAt',
    'artist',
    'album',
    'audienceRating',
    'audioLanguage',
    'collection',
    'contentRating',
    'country',
  ],
  ...['decade', 'director', 'duplicate', 'duration', 'edition', 'editionTitle', 'format', 'genre', 'guid', 'hdr', 'id'],
  ...[
    'index',
    'label',
    'location',
    'mediaBitrate',
    'mediaHeight',
    'mediaSize',
    'mood',
    'network',
    'originallyAvailableAt',
  ],
  ...['originalTitle', 'producer', 'rating', 'ratingCount', 'recordType', 'resolution', 'studio', 'style', 'subformat'],
  ...['subtitleLanguage', 'title', 'titleSort', 'trash', 'unmatched', 'updatedAt', 'writer', 'year'],
])

/**
 * True for a search, a sort order or a list of tags whose answer changes only when the stamp of its section changes.
 */
export function isStamped({ row, pairs, tag }: ReadSubject): boolean {
  if (tag !== undefined && !stampedFields.has(tag)) return false
  return pairs.every((pair) => {
    const name = pairName(pair)
    if (name === 'sort') return isStampedOrder(pairValue(pair))
    return Object.hasOwn(row.query, name) || isStampedCondition(name, pairValue(pair))
  })
}

function isStampedOrder(raw: string): boolean {
  const order = decodeValue(raw)
  const fields = order?.split(',').map((part) => fieldIn(part.split(':', 1)[0] ?? ''))
  return fields?.every((field) => stampedFields.has(field)) ?? false
}

function isStampedCondition(rawName: string, rawValue: string): boolean {
  const name = decodeValue(rawName)
  const value = decodeValue(rawValue)
  if (name === null || value === null || !stampedFields.has(fieldIn(withoutOperator(name)))) return false
  // `addedAt>>=-30d` is relative to the current time, so the answer changes without any change in Plex.
  return !/^=?-/.test(value)
}

/** Turns `addedAt>>` into `addedAt`: Plex writes operators at the end of a field's name. */
function withoutOperator(name: string): string {
  let end = name.length
  while (end > 0 && '!=<>'.includes(name.charAt(end - 1))) end -= 1
  return name.slice(0, end)
}

/** Turns `show.genre` into `genre`. */
const fieldIn = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
