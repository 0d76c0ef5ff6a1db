import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from './entry.ts'
import { resolutionRank } from './index-item.ts'

export type SortOrder = 'title' | 'added' | 'year' | 'rating' | 'resolution' | 'order'

/** The number of entries after which other work gets a turn. */
const entriesPerTurn = 1_000
/** More than there can be entries. With a primary key below 2^32, the sum is a whole number that a double can hold. */
const rankSpace = 2 ** 20

/** The key that counts before the title, as a whole number from 0. */
const primaryKeys: Readonly<Record<Exclude<SortOrder, 'title'>, (entry: Entry) => number>> = {
  added: ({ item }) => Math.max(0, item.addedAt ?? 0),
  year: ({ item }) => Math.max(0, item.year ?? 0),
  rating: ({ item }) => (item.rating === null ? 0 : Math.round(item.rating * 100) + 1),
  resolution: ({ item }) => 100 - resolutionRank(item.resolution),
  order: ({ item }) => Math.max(0, item.parentIndex ?? 0) * 100_000 + Math.max(0, item.index ?? 0),
}

/**
 * The places of all entries in each order, ascending. They are sorted in turns, so that requests are answered
 * meanwhile.
 */
export async function sortEntries(entries: readonly Entry[]): Promise<Map<SortOrder, Uint32Array>> {
  const titles = await sortByTitle(entries)
  const rank = new Uint32Array(entries.length)
  for (const [at, place] of titles.entries()) rank[place] = at
  const orders = new Map<SortOrder, Uint32Array>([['title', titles]])
  for (const [name, primary] of Object.entries(primaryKeys) as [
    Exclude<SortOrder, 'title'>,
    (entry: Entry) => number,
  ][]) {
    await nextTurn()
    // Most orders are read from the end (newest first), so equal keys are sorted by title backwards. Episodes are read
    // forwards.
    const isUpwards = name === 'order'
    const keys = Float64Array.from(entries, (entry, place) => {
      const own = rank[place] ?? 0
      return primary(entry) * rankSpace + (isUpwards ? own : rankSpace - 1 - own)
    }).sort()
    orders.set(
      name,
      Uint32Array.from(keys, (key) => titles[isUpwards ? key % rankSpace : rankSpace - 1 - (key % rankSpace)] ?? 0),
    )
  }
  return orders
}

function compareTitles(a: Entry, b: Entry): number {
  if (a.sortText !== b.sortText) return a.sortText < b.sortText ? -1 : 1
  return (a.item.year ?? 0) - (b.item.year ?? 0)
}

/** Sorts short runs and merges them in pairs. Other work gets a turn between two steps. */
async function sortByTitle(entries: readonly Entry[]): Promise<Uint32Array> {
  const compare = (a = 0, b = 0): number => {
    const [one, other] = [entries[a], entries[b]]
    return one && other ? compareTitles(one, other) || a - b : 0
  }
  let source = Uint32Array.from(entries.keys())
  for (let start = 0; start < source.length; start += entriesPerTurn) {
    source.subarray(start, start + entriesPerTurn).sort(compare)
    await nextTurn()
  }
  let target = new Uint32Array(source.length)
  for (let width = entriesPerTurn; width < source.length; width *= 2) {
    for (let start = 0; start < source.length; start += width * 2) {
      const middle = Math.min(start + width, source.length)
      const end = Math.min(start + width * 2, source.length)
      let [left, right] = [start, middle]
      for (let to = start; to < end; to += 1) {
        const takeLeft = left < middle && (right >= end || compare(source[left], source[right]) <= 0)
        target[to] = (takeLeft ? source[left++] : source[right++]) ?? 0
        if (to % (entriesPerTurn * 8) === 0) await nextTurn()
      }
    }
    ;[source, target] = [target, source]
  }
  return source
}
