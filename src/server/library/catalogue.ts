import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StudioItem } from '../../contract/api/api-items.ts'
import { buildColumns, buildLooks, type Column } from './columns.ts'
import type { Entry, SectionItems } from './entry.ts'
import type { IndexItem } from './index-item.ts'
import { type JoinedText, joinTexts, searchTextOf, sortTextOf } from './search-text.ts'
import { type SortOrder, sortEntries } from './sort-orders.ts'

/** All items that can be shown, in all their orders. It never changes: each revision is a new catalogue. */
export interface Catalogue {
  revision: string
  sections: readonly SectionItems[]
  entries: readonly Entry[]
  find(server: string, ratingKey: string): Entry | undefined
  /** The places in `entries` of an item's children. */
  childrenOf(server: string, ratingKey: string): readonly number[]
  /** Places in `entries`, in ascending order. */
  order(by: SortOrder): Uint32Array
  /** The columns that entries are filtered by, in the order of `dimensions`. */
  columns: readonly Column[]
  /** Entries with the same number look the same to overlays. */
  looks: Uint32Array
  text: JoinedText
}

/** The number of items after which other work gets a turn. */
const itemsPerTurn = 2_000

const searched = new WeakMap<IndexItem, { searchText: string; sortText: string }>()

export const emptyCatalogue: Catalogue = {
  revision: '0',
  sections: [],
  entries: [],
  find: () => undefined,
  order: () => new Uint32Array(0),
  childrenOf: () => [],
  columns: [],
  looks: new Uint32Array(0),
  text: joinTexts([]),
}

/**
 * Builds a catalogue in turns, so that requests are answered meanwhile. `backups` tells whether Kometa keeps a clean
 * original.
 */
export async function buildCatalogue(
  revision: string,
  sections: readonly SectionItems[],
  backups: (section: SectionItems, ratingKey: string) => boolean,
): Promise<Catalogue> {
  const entries: Entry[] = []
  const byKey = new Map<string, Entry>()
  const children = new Map<string, number[]>()
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
        const known = children.get(parent)
        if (known) known.push(entries.length - 1)
        else children.set(parent, [entries.length - 1])
      }
    }
  }
  for (const [key, places] of children) {
    const entry = byKey.get(key)
    if (entry) entry.childCount = places.length
  }
  const orders = await sortEntries(entries)
  const columns = await buildColumns(entries)
  return {
    revision,
    sections,
    entries,
    find: (server, ratingKey) => byKey.get(`${server} ${ratingKey}`),
    childrenOf: (server, ratingKey) => children.get(`${server} ${ratingKey}`) ?? [],
    order: (by) => orders.get(by) ?? new Uint32Array(0),
    columns,
    looks: await buildLooks(columns, entries),
    text: joinTexts(entries),
  }
}

/** The version of a picture. It changes when Plex shows another picture. */
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
