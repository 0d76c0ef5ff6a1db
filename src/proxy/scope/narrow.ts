import { plexTypeNumbers } from '../../contract/kinds.ts'
import { type AllowedResource, classifyRead } from '../../policy/classify-read.ts'
import { pairName } from '../../policy/resource.ts'
import { plainMeta } from '../../policy/section-meta.ts'
import type { ListingQuery } from './scope-rules.ts'

/** The ways to ask Plex for less than the whole answer, best first. */
export const narrowForms = ['id', 'typed id', 'title'] as const
export type NarrowForm = (typeof narrowForms)[number]
/** The strategy as the summary names it: both forms of `id` count as one, and `filter` asks for the whole answer. */
export type ScopeStrategy = 'id' | 'title' | 'filter'

/** An item that a query can name: an item of the scope, or a decoy. */
export interface NamedItem {
  ratingKey: string
  title: string
  parentTitle: string | null
  grandparentTitle: string | null
}

const typeNames = new Map(Object.entries(plexTypeNumbers).map(([name, number]) => [number, name]))
/** The title that distinguishes items of a type best: every show has a "Season 1", so its show's title is used. */
const titleFields: Record<number, { field: string; titleOf: (item: NamedItem) => string | null }> = {
  1: { field: 'title', titleOf: (item) => item.title },
  2: { field: 'show.title', titleOf: (item) => item.title },
  3: { field: 'show.title', titleOf: (item) => item.parentTitle },
  4: { field: 'show.title', titleOf: (item) => item.grandparentTitle },
  8: { field: 'artist.title', titleOf: (item) => item.title },
  9: { field: 'artist.title', titleOf: (item) => item.parentTitle },
  10: { field: 'artist.title', titleOf: (item) => item.grandparentTitle },
}

/** The pairs that limit a query to these items, or null when this form cannot express it. Pure. */
export function narrowingPairs(form: NarrowForm, type: number, items: readonly NamedItem[]): string[] | null {
  if (items.length === 0) return null
  if (form === 'title') return titlePairs(type, items)
  const name = typeNames.get(type)
  // A movie's field has no prefix (plexapi library.py `_manualFields`), so both forms are the same.
  if (form === 'typed id' && (name === undefined || name === 'movie')) return null
  const field = form === 'id' ? 'id' : `${name}.id`
  return [`${field}=${items.map(({ ratingKey }) => ratingKey).join('%2C')}`]
}

function titlePairs(type: number, items: readonly NamedItem[]): string[] | null {
  const about = titleFields[type]
  if (about === undefined) return null
  const titles = items.map(about.titleOf)
  if (titles.some((title) => title === null || title === '')) return null
  const alternatives = [...new Set(titles)].map((title) => `${about.field}%3D=${encodeTitle(title ?? '')}`)
  return alternatives.length === 1 ? alternatives : ['push=1', ...joined(alternatives, 'or=1'), 'pop=1']
}

/** Encodes a comma in a title twice, because a single one separates the values of a pair. */
export function encodeTitle(title: string): string {
  // Half a surrogate pair cannot be written in UTF-8; the Buffer turns it into U+FFFD.
  return encodeURIComponent(Buffer.from(title).toString())
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2C', '%252C')
}

function joined(parts: readonly string[], word: string): string[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [word, part]))
}

/** Combines filters and more pairs with "and"; top-level alternatives are put into a group first. Pure. */
export function andedFilters(filters: readonly string[], more: readonly string[]): string[] {
  if (filters.length === 0 || more.length === 0) return [...filters, ...more]
  let depth = 0
  let free = false
  for (const pair of filters) {
    const name = pairName(pair)
    if (name === 'push') depth += 1
    else if (name === 'pop') depth -= 1
    else if (name === 'or' && depth === 0) free = true
  }
  const own = free ? ['push=1', ...filters, 'pop=1'] : filters
  return [...own, 'and=1', ...more]
}

/**
 * Path and pairs as a read that may go to Plex, or null when the allow-list refuses it (for example, as too long).
 * Field names in `judged` were already allowed for this section; our own are plexapi's manual fields and `ownFields`.
 */
export function listingResource(
  path: string,
  pairs: readonly string[],
  judged: readonly string[],
): AllowedResource | null {
  const fields = new Set([...plainMeta.fields, ...ownFields])
  for (const pair of judged) {
    const field = /^(?:[a-z]+\.)?([A-Za-z]+)/.exec(pairName(pair))?.[1]
    if (field !== undefined) fields.add(field)
  }
  const meta = { fields, tagLists: plainMeta.tagLists }
  const context = { section: () => meta, listedArtwork: () => false }
  const verdict = classifyRead({ method: 'GET', rawResource: `${path}?${pairs.join('&')}`, context })
  return verdict.ok ? verdict.resource : null
}

/** Fields in our own queries, in addition to plexapi's manual ones. */
const ownFields = ['title', 'unwatched', 'unwatchedLeaves', 'genre']

/** The client's own query, without its paging. */
export function wholeResource(query: ListingQuery): AllowedResource | null {
  return listingResource(query.path, [...query.controls, ...query.filters], query.filters)
}

/** The client's query limited to these items, or null when this form cannot express it. */
export function narrowResource(
  query: ListingQuery,
  form: NarrowForm,
  items: readonly NamedItem[],
): AllowedResource | null {
  const [type] = query.types
  const pairs = type === undefined ? null : narrowingPairs(form, type, items)
  if (pairs === null) return null
  return listingResource(query.path, [...query.controls, ...andedFilters(query.filters, pairs)], query.filters)
}
