import type { ReadSubject } from '../../policy/recognize-read.ts'
import { decodeValue, pairName, pairValue } from '../../policy/resource.ts'
import type { SectionType } from './scope-items.ts'

/** The parts of a listing or search to which the scope applies. */
export interface ListingQuery {
  section: string
  path: string
  /** Plex's type numbers; [] when neither the query nor the section names a type. */
  types: readonly number[]
  /** Raw pairs that control the form of the answer: type, sort, includeGuids. No paging. */
  controls: readonly string[]
  /** Raw pairs that select items, including push, pop, and, or. */
  filters: readonly string[]
  limit: number | null
  /** `sort=random`: two answers to the same query differ. */
  random: boolean
  /** The removal pass's search for labelled items: its answer may be empty and gets no decoy. */
  removal: boolean
  /** A search for one type without `limit`, which can be replaced by a narrower one. */
  narrowable: boolean
  page: ListingPage | null
}

/** The part of the answer that the client asked for; null = no paging, and Plex then gives no totalSize. */
export interface ListingPage {
  start: number
  /** null = up to the end. */
  size: number | null
}

/** movie, show, season, episode, artist, album, track; not 18, which means collections. */
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
/** Filters that plexapi uses to ask for the children and leaves of one item (audio.py `Artist.albums`). */
const parentFields = new Map([
  ['artist.id', 8],
  ['album.id', 9],
  ['show.id', 2],
  ['season.id', 3],
])

/**
 * Splits an allowed read into its parts if the scope applies to it. Pure. Returns null for other reads: `includeMeta`
 * calls, tag lists, collections, children and leaves, and everything under a ratingKey.
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
    // plex_search always sends `sort`; plexapi's label search in the removal pass never does (overlays.py:693-695).
    removal: sort === undefined && value('includeGuids') === '1' && filters.some(isLabelFilter),
    narrowable: row.search && types.length === 1 && limit === null && value('includeCollections') !== '1',
    page: pageOf(
      value(startName) ?? headers[startName.toLowerCase()],
      value(sizeName) ?? headers[sizeName.toLowerCase()],
    ),
  }
}

/** The types that a query asks for, or the section's own type if it names none; null if they are not item types. */
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
  // A type that cannot be read is scoped, so that Kometa never sees a whole library by accident.
  if (named === null || !/^\d+(,\d+)*$/.test(named)) return []
  const types = named.split(',').map(Number)
  return types.some((type) => itemTypeNumbers.has(type)) ? types : null
}

/** True for a list of one item's children: a ratingKey filter that is not an alternative and asks for a lower level. */
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
