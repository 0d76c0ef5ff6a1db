import type { ItemFacet, ItemFacets, ItemFilter } from '../../contract/api-items.ts'
import type { Catalogue, Entry, SortOrder } from './catalogue.ts'
import { resolutionRank } from './index-item.ts'
import { matcherOf } from './search-text.ts'

/** Filters that a facet is counted for, in the order of their bits. */
const dimensions = [
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
type Dimension = (typeof dimensions)[number]

/** The value of an entry in each dimension, as filters and facets name it. */
export const dimensionOf: Readonly<Record<Dimension, (entry: Entry) => string>> = {
  library: ({ section }) => `${section.server}:${section.sectionId}`,
  type: ({ item }) => item.type,
  resolution: ({ item }) => item.resolution ?? '',
  // What has no file of its own is neither.
  hdr: ({ item }) => item.hdr ?? (item.resolution === null ? '' : 'none'),
  edition: ({ item }) => item.edition ?? '',
  audioCodec: ({ item }) => item.audioCodec ?? '',
  contentRating: ({ item }) => item.contentRating ?? '',
  wearsOverlay: ({ item }) => String(item.wearsOverlay),
  hasBackup: ({ hasBackup }) => String(hasBackup),
}

const topTypes = new Set(['movie', 'show', 'artist'])

interface CompiledFilter {
  /** What no facet can lift: search text, parent, server. */
  always(entry: Entry): boolean
  /** Wanted values by dimension; null = all. */
  wanted: readonly (ReadonlySet<string> | null)[]
}

function compile(filter: ItemFilter): CompiledFilter {
  const matches = filter.q === undefined ? null : matcherOf(filter.q)
  const { parent, server } = filter
  // Without a choice the wall shows what Plex's own does: films, shows and artists.
  const showsTop = parent === undefined && (filter.type === undefined || filter.type.length === 0)
  return {
    always: (entry) =>
      (!showsTop || topTypes.has(entry.item.type)) &&
      (parent === undefined || entry.item.parentRatingKey === parent) &&
      (server === undefined || entry.section.server === server) &&
      (matches === null || matches(entry.searchText)),
    wanted: dimensions.map((name) => {
      const value = filter[name]
      if (value === undefined || (Array.isArray(value) && value.length === 0)) return null
      return new Set(Array.isArray(value) ? value : [String(value)])
    }),
  }
}

function passes({ always, wanted }: CompiledFilter, entry: Entry): boolean {
  for (let at = 0; at < dimensions.length; at += 1) {
    const values = wanted[at]
    const name = dimensions[at]
    if (values && name && !values.has(dimensionOf[name](entry))) return false
  }
  return always(entry)
}

/** Answers of the same filter and order that are remembered: a wall that scrolls asks for one window after the other. */
const rememberedQueries = 16

export interface ItemQueries {
  /** Places of all matching entries, in order. */
  find(catalogue: Catalogue, filter: ItemFilter, sort: SortOrder, descending: boolean): Uint32Array
}

export function createItemQueries(): ItemQueries {
  const known = new Map<string, Uint32Array>()
  return {
    find(catalogue, filter, sort, descending) {
      const key = JSON.stringify([catalogue.revision, filter, sort, descending])
      const before = known.get(key)
      if (before) {
        known.delete(key)
        known.set(key, before)
        return before
      }
      const compiled = compile(filter)
      const order = catalogue.order(sort)
      const found = new Uint32Array(order.length)
      let count = 0
      for (let at = 0; at < order.length; at += 1) {
        const place = (descending ? order[order.length - 1 - at] : order[at]) ?? 0
        const entry = catalogue.entries[place]
        if (entry && passes(compiled, entry)) found[count++] = place
      }
      const result = found.slice(0, count)
      known.set(key, result)
      for (const oldest of known.keys()) {
        if (known.size <= rememberedQueries) break
        known.delete(oldest)
      }
      return result
    },
  }
}

const labels: Readonly<Record<Dimension, Readonly<Record<string, string>>>> = {
  library: {},
  type: {
    movie: 'Films',
    show: 'Shows',
    season: 'Seasons',
    episode: 'Episodes',
    artist: 'Artists',
    album: 'Albums',
    track: 'Tracks',
  },
  resolution: { '8k': '8K', '4k': '4K', '2k': '2K', sd: 'SD' },
  hdr: { dv: 'Dolby Vision', hdr: 'HDR', none: 'SDR' },
  edition: { '': 'No edition' },
  audioCodec: { dca: 'DTS', 'dca-ma': 'DTS-HD MA', truehd: 'TrueHD', eac3: 'E-AC-3', ac3: 'AC-3' },
  contentRating: {},
  wearsOverlay: { true: 'Wears overlays', false: 'Without overlays' },
  hasBackup: { true: 'Has a backup', false: 'No backup' },
}

/** How many items each value has among those that all other filters leave. */
export function countFacets(catalogue: Catalogue, filter: ItemFilter): ItemFacets {
  const { always, wanted } = compile(filter)
  const counts = dimensions.map(() => new Map<string, number>())
  const names = new Map<string, string>()
  let total = 0
  for (const entry of catalogue.entries) {
    if (!always(entry)) continue
    let missed = -1
    let misses = 0
    for (let at = 0; at < dimensions.length && misses < 2; at += 1) {
      const name = dimensions[at]
      const values = wanted[at]
      if (name && values && !values.has(dimensionOf[name](entry))) {
        misses += 1
        missed = at
      }
    }
    if (misses > 1) continue
    if (misses === 0) total += 1
    for (let at = 0; at < dimensions.length; at += 1) {
      const name = dimensions[at]
      const count = counts[at]
      if (!name || !count || (misses === 1 && at !== missed)) continue
      const value = dimensionOf[name](entry)
      count.set(value, (count.get(value) ?? 0) + 1)
      if (name === 'library' && !names.has(value)) names.set(value, entry.section.title)
    }
  }
  const facet = (name: Dimension): ItemFacet[] =>
    [...(counts[dimensions.indexOf(name)] ?? [])]
      .filter(([value]) => value !== '' || name === 'edition')
      .map(([value, count]) => ({ value, label: labelOf(name, value, names), count }))
      .sort((a, b) =>
        name === 'resolution'
          ? resolutionRank(a.value) - resolutionRank(b.value)
          : b.count - a.count || (a.label < b.label ? -1 : 1),
      )
      .slice(0, 200)
  return {
    revision: catalogue.revision,
    total,
    library: facet('library'),
    type: facet('type'),
    resolution: facet('resolution'),
    hdr: facet('hdr'),
    edition: facet('edition'),
    audioCodec: facet('audioCodec'),
    contentRating: facet('contentRating'),
    wearsOverlay: facet('wearsOverlay'),
    hasBackup: facet('hasBackup'),
  }
}

function labelOf(name: Dimension, value: string, names: ReadonlyMap<string, string>): string {
  const known = name === 'library' ? names.get(value) : labels[name][value]
  if (known !== undefined) return known
  if (name === 'resolution' && /^\d+$/.test(value)) return `${value}p`
  return name === 'audioCodec' ? value.toUpperCase() : value
}
