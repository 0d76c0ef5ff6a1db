import type { ReadSubject } from '../../policy/recognize-read.ts'
import { decodeValue, pairName, pairValue } from '../../policy/resource.ts'
import type { SectionType } from './scope-items.ts'

/** A listing or search to which the scope applies, taken apart. */
export interface ListingQuery {
  section: string
  path: string
  /** Plex's type numbers; [] when neither the query nor the section says. */
  types: readonly number[]
  /** Raw pairs that say how to answer: type, sort, includeGuids. No paging. */
  controls: readonly string[]
  /** Raw pairs that say what to find, with the grammar of push, pop, and, or. */
  filters: readonly string[]
  limit: number | null
  /** `sort=random`: two answers differ. */
  random: boolean
  /** The removal pass's search for labelled items: may become empty, gets no decoy. */
  removal: boolean
  /** A plain question about one type without `limit`: a narrower one can be asked instead. */
  narrowable: boolean
  page: ListingPage | null
}

/** Which part of the answer the client asked for; null = no paging at all, and then Plex names no totalSize. */
export interface ListingPage {
  start: number
  /** null = to the end. */
  size: number | null
}

/** movie, show, season, episode, artist, album, track; never 18, the collections. */
const itemTypeNumbers = new Set([1, 2, 3, 4, 8, 9, 10])
const startName = 'X-Plex-Container-Start'
const sizeName = 'X-Plex-Container-Size'
const controlNames = new Set([
  'type',
  'sort',
  'limit',
  'includeGuids',
  'includeAdvanced',
  'includeCollections',
  'includeExternalMedia',
  'includeFields',
  'excludeFields',
  'excludeElements',
])
const topTypes: Record<SectionType, number> = { movie: 1, show: 2, artist: 8 }
/** Children and leaves of one item are asked for by these too: plexapi audio.py `Artist.albums`. */
const parentFields = new Map([
  ['artist.id', 8],
  ['album.id', 9],
  ['show.id', 2],
  ['season.id', 3],
])

/**
 * Says whether the scope applies to a read that the allow-list let through, and takes it apart; null = it does not:
 * `includeMeta` calls, tag lists, collections, children and leaves, everything under a ratingKey. Pure.
 */
export function classifyListing(
  read: ReadSubject,
  headers: Readonly<Record<string, string | undefined>>,
  sectionType: (section: string) => SectionType | undefined,
): ListingQuery | null {
  const { row, section, path } = read
  if (section === undefined || row.answer !== 'listing') return null
  const value = (name: string) => pairOf(read.pairs, name)
  if (value('includeMeta') === '1') return null
  const types = typesOf(value('type'), row, sectionType(section))
  if (types === null) return null
  const isPaging = (pair: string) => pairName(pair) === startName || pairName(pair) === sizeName
  const pairs = read.pairs.filter((pair) => !isPaging(pair))
  const controls = pairs.filter((pair) => controlNames.has(pairName(pair)))
  const filters = pairs.filter((pair) => !controlNames.has(pairName(pair)))
  if (isOneItemsOwn(filters, types)) return null
  const limit = numberOf(value('limit'))
  const sort = value('sort')
  return {
    section,
    path,
    types,
    controls,
    filters,
    limit,
    random: sort?.includes('random') ?? false,
    // plex_search always sends `sort`, plexapi's label search of the removal pass never does (overlays.py:693-695).
    removal: sort === undefined && value('includeGuids') === '1' && filters.some(isLabelFilter),
    narrowable: row.search && types.length === 1 && limit === null && value('includeCollections') !== '1',
    page: pageOf(
      value(startName) ?? headers[startName.toLowerCase()],
      value(sizeName) ?? headers[sizeName.toLowerCase()],
    ),
  }
}

/** The types asked for; the section's own when none is named; null when they are not item types. */
function typesOf(
  value: string | undefined,
  row: ReadSubject['row'],
  sectionType: SectionType | undefined,
): number[] | null {
  if (value === undefined) {
    if (row.listsType !== null) return [row.listsType]
    return sectionType === undefined ? [] : [topTypes[sectionType]]
  }
  const named = decodeValue(value)
  // What we cannot read is scoped: Kometa never sees a library whole by accident.
  if (named === null || !/^\d+(,\d+)*$/.test(named)) return []
  const types = named.split(',').map(Number)
  return types.some((type) => itemTypeNumbers.has(type)) ? types : null
}

/** A list of what belongs to one item: a filter on its ratingKey, standing free, that asks for a level below it. */
function isOneItemsOwn(filters: readonly string[], types: readonly number[]): boolean {
  if (filters.some((pair) => pairName(pair) === 'or')) return false
  return filters.some((pair) => {
    const level = parentFields.get(pairName(pair))
    return level !== undefined && types.length === 1 && (types[0] ?? 0) > level && /^\d+$/.test(pairValue(pair))
  })
}

function isLabelFilter(pair: string): boolean {
  return /^(?:[a-z]+\.)?label$/.test(pairName(pair))
}

function pageOf(start: string | undefined, size: string | undefined): ListingPage | null {
  if (start === undefined && size === undefined) return null
  return { start: numberOf(start) ?? 0, size: numberOf(size) }
}

function numberOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : null
}

function pairOf(pairs: readonly string[], name: string): string | undefined {
  const pair = pairs.find((candidate) => pairName(candidate) === name)
  return pair === undefined ? undefined : pairValue(pair)
}
