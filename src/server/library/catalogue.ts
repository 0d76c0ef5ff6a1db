import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StudioItem } from '../../contract/api-items.ts'
import { type IndexItem, resolutionRank } from './index-item.ts'
import { searchTextOf, sortTextOf } from './search-text.ts'

/** The items of one library, as they were read. */
export interface SectionItems {
  server: string
  sectionId: string
  title: string
  items: readonly IndexItem[]
}

/** An item of the catalogue: what was read, and what a query needs at once. */
export interface Entry {
  item: IndexItem
  section: SectionItems
  searchText: string
  sortText: string
  childCount: number
  hasBackup: boolean
}

export type SortOrder = 'title' | 'added' | 'year' | 'rating' | 'resolution' | 'order'

/** All items that can be shown, and their orders. Made anew for each revision, never changed. */
export interface Catalogue {
  revision: string
  entries: readonly Entry[]
  find(server: string, ratingKey: string): Entry | undefined
  /** Places in `entries`, ascending by this order. */
  order(by: SortOrder): Uint32Array
}

/** Items that are worked on before others get a turn. */
const itemsPerTurn = 2_000

const searched = new WeakMap<IndexItem, { searchText: string; sortText: string }>()

export const emptyCatalogue: Catalogue = {
  revision: '0',
  entries: [],
  find: () => undefined,
  order: () => new Uint32Array(0),
}

/** Builds a catalogue in turns, so that requests are answered meanwhile. `backups` tells whether a clean original is kept. */
export async function buildCatalogue(
  revision: string,
  sections: readonly SectionItems[],
  backups: (section: SectionItems, ratingKey: string) => boolean,
): Promise<Catalogue> {
  const entries: Entry[] = []
  const byKey = new Map<string, Entry>()
  const children = new Map<string, number>()
  for (const section of sections) {
    for (const [at, item] of section.items.entries()) {
      if (at % itemsPerTurn === itemsPerTurn - 1) await nextTurn()
      let texts = searched.get(item)
      if (!texts) {
        texts = { searchText: searchTextOf(item), sortText: sortTextOf(item) }
        searched.set(item, texts)
      }
      const entry: Entry = { item, section, ...texts, childCount: 0, hasBackup: backups(section, item.ratingKey) }
      entries.push(entry)
      byKey.set(`${section.server} ${item.ratingKey}`, entry)
      if (item.parentRatingKey !== null) {
        const parent = `${section.server} ${item.parentRatingKey}`
        children.set(parent, (children.get(parent) ?? 0) + 1)
      }
    }
  }
  for (const [key, count] of children) {
    const entry = byKey.get(key)
    if (entry) entry.childCount = count
  }
  const orders = new Map<SortOrder, Uint32Array>()
  for (const by of sortOrders) {
    await nextTurn()
    orders.set(by, await sortInTurns(entries, compareBy[by]))
  }
  return {
    revision,
    entries,
    find: (server, ratingKey) => byKey.get(`${server} ${ratingKey}`),
    order: (by) => orders.get(by) ?? new Uint32Array(0),
  }
}

const sortOrders: readonly SortOrder[] = ['title', 'added', 'year', 'rating', 'resolution', 'order']

type Compare = (a: Entry, b: Entry) => number
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byTitle: Compare = (a, b) => byText(a.sortText, b.sortText) || (a.item.year ?? 0) - (b.item.year ?? 0)
const byOrder: Compare = (a, b) =>
  (a.item.parentIndex ?? 0) - (b.item.parentIndex ?? 0) || (a.item.index ?? 0) - (b.item.index ?? 0) || byTitle(a, b)

const compareBy: Readonly<Record<SortOrder, Compare>> = {
  title: byTitle,
  added: (a, b) => (a.item.addedAt ?? 0) - (b.item.addedAt ?? 0) || byTitle(b, a),
  year: (a, b) => (a.item.year ?? 0) - (b.item.year ?? 0) || byTitle(b, a),
  rating: (a, b) => (a.item.rating ?? -1) - (b.item.rating ?? -1) || byTitle(b, a),
  resolution: (a, b) => resolutionRank(b.item.resolution) - resolutionRank(a.item.resolution) || byTitle(b, a),
  order: byOrder,
}

/** Runs of `itemsPerTurn` are sorted, then merged in pairs; between any two steps others get a turn. */
async function sortInTurns(entries: readonly Entry[], compare: Compare): Promise<Uint32Array> {
  const at = (index: number): Entry => entries[index] as Entry
  const places = Uint32Array.from(entries.keys())
  for (let start = 0; start < places.length; start += itemsPerTurn) {
    places.subarray(start, start + itemsPerTurn).sort((a, b) => compare(at(a), at(b)) || a - b)
    await nextTurn()
  }
  let source = places
  let target = new Uint32Array(places.length)
  for (let width = itemsPerTurn; width < places.length; width *= 2) {
    for (let start = 0; start < places.length; start += width * 2) {
      const middle = Math.min(start + width, places.length)
      const end = Math.min(start + width * 2, places.length)
      let [left, right] = [start, middle]
      for (let to = start; to < end; to += 1) {
        const takeLeft = left < middle && (right >= end || compare(at(source[left] ?? 0), at(source[right] ?? 0)) <= 0)
        target[to] = (takeLeft ? source[left++] : source[right++]) ?? 0
        if (to % (itemsPerTurn * 4) === 0) await nextTurn()
      }
    }
    ;[source, target] = [target, source]
  }
  return source
}

/** The version of a picture: changes whenever Plex has another one. */
export const thumbVersion = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 12)

export function toStudioItem({ item, section, childCount, hasBackup }: Entry): StudioItem {
  return {
    server: section.server,
    ratingKey: item.ratingKey,
    type: item.type,
    title: item.title,
    year: item.year,
    edition: item.edition,
    library: section.title,
    sectionId: section.sectionId,
    parentRatingKey: item.parentRatingKey,
    grandparentRatingKey: item.grandparentRatingKey,
    parentTitle: item.parentTitle,
    grandparentTitle: item.grandparentTitle,
    index: item.index,
    parentIndex: item.parentIndex,
    resolution: item.resolution,
    hdr: item.hdr,
    audioCodec: item.audioCodec,
    contentRating: item.contentRating,
    rating: item.rating,
    wearsOverlay: item.wearsOverlay,
    hasBackup,
    childCount,
    addedAt: item.addedAt === null ? null : new Date(item.addedAt * 1_000).toISOString(),
    thumb: item.thumb === null ? null : thumbVersion(item.thumb),
    shape: item.type === 'episode' ? 'still' : ['artist', 'album', 'track'].includes(item.type) ? 'square' : 'poster',
  }
}
