import { type Entry, type EntryType, entryTypeOf, type Section, versionOf } from '../model/entry.ts'
import type { Store } from '../model/state.ts'
import { createColumns } from './columns.ts'
import { compileGroup, type ScopeHonours } from './evaluate.ts'
import { createNameIndex } from './name-index.ts'
import type { MediaQuery } from './query.ts'
import { sortEntries } from './sorting.ts'

export interface Lister {
  /** The entries that the query finds in the section, in its order, up to its `limit`, before paging. */
  list(section: Section, query: MediaQuery): readonly Entry[]
  /** Builds the indexes for the queries of overlays, so that the first preview is as fast as the next. */
  warm(): void
}

/** A section's entries of one type in some order. `places` holds each entry's index in the section's own order. */
interface Order {
  entries: readonly Entry[]
  places: Uint32Array
}

/** Limit of the sorted lists kept, one per section, type and order. */
const maxKeptOrders = 16
const warmedFields = [
  'label',
  'resolution',
  'hdr',
  'dovi',
  'contentRating',
  'studio',
  'network',
  'genre',
  'year',
  'editionTitle',
  'audioLanguage',
  'subtitleLanguage',
]

export function createLister(store: Store, honours: ScopeHonours, clock: () => number): Lister {
  const columns = createColumns(honours, clock)
  const orders = new Map<string, { version: number; order: Order }>()
  const names = createNameIndex(store, honours)

  return {
    list(section, query) {
      const types = typesOf(section, query)
      const sort = query.controls.get('sort')
      const few = types.length === 1 ? names.candidates(section, types[0] ?? 'movie', query) : null
      const found = few === null ? types.flatMap((type) => whole(section, type, query, sort)) : among(few, query, sort)
      const limit = Number(query.controls.get('limit') ?? Number.NaN)
      return Number.isInteger(limit) && limit > 0 ? found.slice(0, limit) : found
    },
    warm() {
      for (const section of store.sections.values()) {
        for (const type of section.byType.keys()) {
          inOrder(section, type, undefined)
          inOrder(section, type, 'titleSort')
          names.titlesOf(section, type)
          for (const field of warmedFields) columns.warm(section, type, field)
        }
      }
    },
  }

  function among(few: readonly Entry[], query: MediaQuery, sort: string | undefined): Entry[] {
    const test = compileGroup(query.filter, honours, Math.floor(clock() / 1000))
    const ordered = sortEntries(few, sort)
    return test === null ? ordered : ordered.filter(test)
  }

  function whole(section: Section, type: EntryType, query: MediaQuery, sort: string | undefined): readonly Entry[] {
    const { entries, places } = inOrder(section, type, sort)
    const mask = columns.mask(section, type, query.filter)
    return mask === null ? entries : entries.filter((_entry, at) => mask[places[at] ?? 0] === 1)
  }

  function inOrder(section: Section, type: EntryType, sort: string | undefined): Order {
    const all = section.byType.get(type) ?? []
    const name = `${section.key} ${type} ${sort ?? ''}`
    const version = versionOf(section)
    const known = orders.get(name)
    if (known?.version === version && !sort?.includes('random')) return known.order
    const placeOf = new Map(all.map((entry, at) => [entry, at]))
    const entries = sortEntries(all, sort)
    const order = { entries, places: Uint32Array.from(entries, (entry) => placeOf.get(entry) ?? 0) }
    if (orders.size >= maxKeptOrders) orders.clear()
    orders.set(name, { version, order })
    return order
  }
}

function typesOf(section: Section, query: MediaQuery): EntryType[] {
  const asked = (query.controls.get('type') ?? '').split(',').flatMap((type) => entryTypeOf(Number(type)) ?? [])
  const types: EntryType[] = asked.length > 0 ? asked : [section.type]
  const withCollections = query.controls.get('includeCollections') === '1' && !types.includes('collection')
  return withCollections ? [...types, 'collection'] : types
}
