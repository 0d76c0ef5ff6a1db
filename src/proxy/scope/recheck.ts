import { type NarrowedSearch, resourceOf } from './answer-listing.ts'
import type { ListingAsker, ListingHeaders, ListingQuestion } from './ask-listing.ts'
import type { ScopeItems } from './scope-items.ts'
import { maxNarrowedItems } from './self-check.ts'

/** A search is re-checked only if its whole answer has at most this many items. */
const maxRecheckItems = 500

export interface Recheck {
  /** The query that was repeated, without tokens; null if no query could be repeated. */
  target: string | null
  agrees: boolean | null
  why: string
}

/**
 * Repeats one narrowed search of this job without narrowing and compares the answers. It tries at most
 * `tries` searches and stops after the first whole answer.
 */
export async function recheckSearch(
  { asker, items }: { asker: ListingAsker; items: ScopeItems },
  searches: readonly NarrowedSearch[],
  tries = 3,
): Promise<Recheck> {
  const byCost = searches.toSorted((a, b) => (a.total ?? maxNarrowedItems) - (b.total ?? maxNarrowedItems))
  for (const search of byCost.filter(({ query }) => !query.random).slice(0, tries)) {
    const { query, headers } = search
    const target = resourceOf(query)
    const total = search.total ?? (await totalOf(asker, target, headers))
    if (total === null || total > maxRecheckItems) continue
    const answer = await asker.ask({ resource: target, headers, size: maxRecheckItems + 1, keep: items.has })
    if (!answer.ok) continue
    const keys = answer.listing.kept.map(({ ratingKey }) => ratingKey)
    const agrees = keys.length === search.found.length && keys.every((key, index) => key === search.found[index])
    const why = agrees
      ? 'the whole answer names the same items'
      : 'the whole answer names other items than the narrowed one'
    return { target, agrees, why }
  }
  const why = searches.length === 0 ? 'no search was narrowed' : `every search has more than ${maxRecheckItems} items`
  return { target: null, agrees: null, why }
}

async function totalOf(
  asker: ListingAsker,
  target: ListingQuestion['resource'],
  headers: ListingHeaders,
): Promise<number | null> {
  const answer = await asker.ask({ resource: target, headers, size: 0, keep: () => false })
  return answer.ok ? answer.listing.total : null
}
