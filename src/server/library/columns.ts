import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from './entry.ts'

/** The qualities that items are filtered by and counted by. */
export const dimensions = [
  'library',
  'type',
  'resolution',
  'hdr',
  'edition',
  'audioCodec',
  'contentRating',
  'wearsOverlay',
  'hasBackup',
] as const
export type Dimension = (typeof dimensions)[number]

const readers: Readonly<Record<Dimension, (entry: Entry) => string>> = {
  library: ({ section }) => `${section.server}:${section.sectionId}`,
  type: ({ item }) => item.type,
  resolution: ({ item }) => item.resolution ?? '',
  // An item without a file, such as a show, has no value.
  hdr: ({ item }) => item.hdr ?? (item.resolution === null ? '' : 'none'),
  edition: ({ item }) => item.edition ?? '',
  audioCodec: ({ item }) => item.audioCodec ?? '',
  contentRating: ({ item }) => item.contentRating ?? '',
  wearsOverlay: ({ item }) => String(item.wearsOverlay),
  hasBackup: ({ hasBackup }) => String(hasBackup),
}

/** One dimension of all entries: a number for each entry, and the value for each number. */
export interface Column {
  name: Dimension
  values: readonly string[]
  numbers: Uint32Array
}

const entriesPerTurn = 10_000

/**
 * A number for each entry. Entries with the same number have the same values and rating, so overlays look the same on
 * them.
 */
export async function buildLooks(columns: readonly Column[], entries: readonly Entry[]): Promise<Uint32Array> {
  const known = new Map<string, number>()
  const looks = new Uint32Array(entries.length)
  for (const [place, { item }] of entries.entries()) {
    if (place % entriesPerTurn === 0) await nextTurn()
    let key = ratingBand(item.rating)
    for (const { numbers } of columns) key += ` ${numbers[place]}`
    let look = known.get(key)
    if (look === undefined) {
      look = known.size
      known.set(key, look)
    }
    looks[place] = look
  }
  return looks
}

/** Overlays colour ratings by these bands; '' for an item without a rating. */
export function ratingBand(rating: number | null): string {
  if (rating === null) return ''
  return rating >= 8 ? 'a rating of 8 or more' : rating >= 6 ? 'a rating of 6 to 8' : 'a rating below 6'
}

export async function buildColumns(entries: readonly Entry[]): Promise<Column[]> {
  const columns: Column[] = []
  for (const name of dimensions) {
    const values: string[] = []
    const known = new Map<string, number>()
    const numbers = new Uint32Array(entries.length)
    const read = readers[name]
    for (const [at, entry] of entries.entries()) {
      if (at % entriesPerTurn === 0) await nextTurn()
      const value = read(entry)
      let number = known.get(value)
      if (number === undefined) {
        number = values.push(value) - 1
        known.set(value, number)
      }
      numbers[at] = number
    }
    columns.push({ name, values, numbers })
  }
  return columns
}
