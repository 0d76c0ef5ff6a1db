import { plexTypeNumbers } from '../../contract/kinds.ts'
import { type AllowedResource, classifyRead } from '../../policy/classify-read.ts'
import { pairName } from '../../policy/resource.ts'
import { plainMeta } from '../../policy/section-meta.ts'
import type { ListingQuery } from './scope-rules.ts'

/** How Plex is asked for less than the whole answer, best first; `filter` asks for the whole. */
export const narrowForms = ['id', 'typed id', 'title'] as const
export type NarrowForm = (typeof narrowForms)[number]
/** As the summary names it: the two forms of `id` are one strategy. */
export type ScopeStrategy = 'id' | 'title' | 'filter'

/** What is asked for by name: an item of the scope, or a decoy. */
export interface NamedItem {
  ratingKey: string
  title: string
  parentTitle: string | null
  grandparentTitle: string | null
}

const typeNames = new Map(Object.entries(plexTypeNumbers).map(([name, number]) => [number, name]))
/** Whose title tells items of a type apart best: "Season 1" is in every show. */
const titleFields: Record<number, { field: string; titleOf: (item: NamedItem) => string | null }> = {
  1: { field: 'title', titleOf: (item) => item.title },
  2: { field: 'show.title', titleOf: (item) => item.title },
  3: { field: 'show.title', titleOf: (item) => item.parentTitle },
  4: { field: 'show.title', titleOf: (item) => item.grandparentTitle },
  8: { field: 'artist.title', titleOf: (item) => item.title },
  9: { field: 'artist.title', titleOf: (item) => item.parentTitle },
  10: { field: 'artist.title', titleOf: (item) => item.grandparentTitle },
}

/** The pairs that hold a query to these items, or null when this form cannot say it. Pure. */
export function narrowingPairs(form: NarrowForm, type: number, items: readonly NamedItem[]): string[] | null {
  if (items.length === 0) return null
  if (form === 'title') return titlePairs(type, items)
  const name = typeNames.get(type)
  // A movie's field has no prefix (plexapi library.py `_manualFields`), so that both forms are one.
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

/** A comma parts the values of a pair, so that one inside a title is encoded twice. */
export function encodeTitle(title: string): string {
  // Half a surrogate pair cannot be written in UTF-8; Buffer turns it into U+FFFD.
  return encodeURIComponent(Buffer.from(title).toString())
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2C', '%252C')
}

function joined(parts: readonly string[], word: string): string[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [word, part]))
}

/** Filters and-ed with more pairs; alternatives that stand free are grouped first. Pure. */
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
 * Path and pairs as a read that may go to Plex, or null when the allow-list does not let it through (too long, say).
 * Field names
 * that stand in `judged` were let through for this section before; ours are plexapi's manual fields and the titles.
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

/** Fields that our own questions use, beside plexapi's manual ones. */
const ownFields = ['title', 'unwatched', 'unwatchedLeaves', 'genre']

/** The client's own question, without its paging. */
export function wholeResource(query: ListingQuery): AllowedResource | null {
  return listingResource(query.path, [...query.controls, ...query.filters], query.filters)
}

/** The client's question held to these items, or null when it cannot be asked in this form. */
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
