import type { ItemFilter, ItemQuery } from '../../../src/contract/api/api.ts'
import { setQuery, useLocation } from '../../core/router.ts'

export const sortChoices = [
  ['title', 'Title'],
  ['-added', 'Recently added'],
  ['-year', 'Newest'],
  ['year', 'Oldest'],
  ['-rating', 'Best rated'],
  ['-resolution', 'Sharpest'],
] as const
export type SortChoice = (typeof sortChoices)[number][0] | 'order'

/** Filters that take several values, by their name in the address and in the contract. */
export const listFilters = ['library', 'type', 'resolution', 'hdr', 'edition', 'audioCodec', 'contentRating'] as const
export type ListFilter = (typeof listFilters)[number]

export interface WallQuery {
  filter: ItemFilter
  sort: SortChoice
  /** `<server>:<ratingKey>` of the show or season whose inside is shown. */
  inside: string | null
  /** Equal for equal walls. */
  key: string
}

/** Reads from the address what the wall shows. */
export function useWallQuery(): WallQuery {
  const { query } = useLocation()
  const inside = query.get('in')
  const filter: ItemFilter = {}
  const q = query.get('q')
  if (q) filter.q = q
  for (const name of listFilters) {
    const values = query.getAll(name)
    if (values.length > 0) Object.assign(filter, { [name]: values })
  }
  for (const name of ['wearsOverlay', 'hasBackup'] as const) {
    const value = query.get(name)
    if (value !== null) filter[name] = value === 'true'
  }
  const [server, parent] = inside?.split(':') ?? []
  if (server && parent) Object.assign(filter, { server, parent })
  const sort = sortChoices.find(([name]) => name === query.get('sort'))?.[0] ?? (inside ? 'order' : 'title')
  return { filter, sort, inside, key: JSON.stringify([filter, sort]) }
}

export function toItemQuery({ filter, sort }: WallQuery, offset: number, limit: number): ItemQuery {
  const descending = sort.startsWith('-')
  const name = (descending ? sort.slice(1) : sort) as NonNullable<ItemQuery['sort']>
  return { ...filter, sort: name, ...(descending ? { descending } : {}), offset, limit }
}

export const setSearch = (text: string): void => setQuery({ q: text || null }, { replace: true })

export function toggleFilter(name: ListFilter, value: string): void {
  const values = new URLSearchParams(window.location.search).getAll(name)
  setQuery({ [name]: values.includes(value) ? values.filter((one) => one !== value) : [...values, value] })
}

export const noFilters: Record<ListFilter | 'wearsOverlay' | 'hasBackup' | 'q', null> = {
  q: null,
  library: null,
  type: null,
  resolution: null,
  hdr: null,
  edition: null,
  audioCodec: null,
  contentRating: null,
  wearsOverlay: null,
  hasBackup: null,
}

export function activeFilters({ filter }: WallQuery): number {
  const lists = listFilters.reduce((sum, name) => sum + (filter[name]?.length ?? 0), 0)
  return lists + (filter.wearsOverlay === undefined ? 0 : 1) + (filter.hasBackup === undefined ? 0 : 1)
}
