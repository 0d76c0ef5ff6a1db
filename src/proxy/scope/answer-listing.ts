import type { AllowedResource } from '../../policy/classify-read.ts'
import { everything, type ListingAsker, type ListingHeaders, type ListingQuestion } from './ask-listing.ts'
import type { Decoys } from './decoys.ts'
import { ListingFault } from './listing-fault.ts'
import type { ListedElement } from './listing-reader.ts'
import { type NarrowForm, narrowResource, wholeResource } from './narrow.ts'
import type { Listing, OtherAnswer } from './read-listing.ts'
import type { XmlContainer } from './scan/element-scanner.ts'
import type { ScopeItems } from './scope-items.ts'
import type { ListingQuery } from './scope-rules.ts'
import { mostItems } from './self-check.ts'
import type { Strategies } from './strategies.ts'

/** The whole scoped answer to one query; the pages are cut from it. */
export interface ScopedListing {
  head: Listing['head']
  container: XmlContainer
  elements: readonly ListedElement[]
  /** True when the only element is a decoy. */
  decoy: boolean
}

export type ScopedAnswer = { ok: true; listing: ScopedListing } | { ok: false; answer: OtherAnswer }

/** A narrowed search that was answered; remembered for the re-check. */
export interface NarrowedSearch {
  query: ListingQuery
  headers: ListingHeaders
  form: NarrowForm
  /** ratingKeys of the scope in Plex's answer, in its order. */
  found: readonly string[]
  /** Number of items in the whole answer, if a probe has shown it. */
  total: number | null
}

export interface AnswerListingOptions {
  asker: ListingAsker
  items: ScopeItems
  strategies: Strategies
  decoys: Decoys
  /** Called for each search that was answered by narrowing. */
  narrowed(search: NarrowedSearch): void
}

/** Thrown internally when Plex's answer contradicts the scope, so the form can no longer be trusted. */
class Contradiction extends Error {
  readonly form: NarrowForm
  constructor(form: NarrowForm, message: string) {
    super(message)
    this.form = form
  }
}

/**
 * Answers one listing or search: the scoped items in Plex's order, or one decoy if the true answer has only items
 * outside the scope. `onContradiction` is awaited before the next strategy is tried. Rejects with ListingFault.
 */
export async function answerListing(
  options: AnswerListingOptions,
  query: ListingQuery,
  headers: ListingHeaders,
  onContradiction: (form: NarrowForm, why: string) => Promise<void>,
): Promise<ScopedAnswer> {
  const { items, strategies } = options
  const [type] = query.types
  if (!query.narrowable || type === undefined) return askWhole(options, query, headers)
  if (items.of(query.section, type).length === 0) return askNobody(options, query, headers)
  for (;;) {
    const form = strategies.form(query.section, type)
    if (form === null) return askWhole(options, query, headers)
    try {
      const answer = await askNarrowed(options, query, headers, form, type)
      return answer ?? (await askWhole(options, query, headers))
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error
      strategies.distrust(error.form, error.message)
      await onContradiction(error.form, error.message)
    }
  }
}

/** Asks for the whole listing and filters it while it arrives. */
async function askWhole(
  { asker, items, decoys }: AnswerListingOptions,
  query: ListingQuery,
  headers: ListingHeaders,
): Promise<ScopedAnswer> {
  const known = decoysFor(decoys, query)
  const keep = (ratingKey: string) => items.has(ratingKey) || known.includes(ratingKey)
  const answer = await asker.ask({
    resource: resourceOf(query),
    headers,
    size: sizeOf(query, query.limit ?? everything),
    keep,
  })
  if (!answer.ok) return answer
  return scoped(answer.listing, query, { items, decoys }, answer.listing.firstOther)
}

/** The scope has no item of this type here, so the answer is a decoy or empty; asking for one item decides. */
async function askNobody(
  options: AnswerListingOptions,
  query: ListingQuery,
  headers: ListingHeaders,
): Promise<ScopedAnswer> {
  if (query.page === null) return askWhole(options, query, headers)
  const { asker, items, decoys } = options
  const size = query.removal ? 0 : 1
  const answer = await asker.ask({ resource: resourceOf(query), headers, size, keep: items.has })
  if (!answer.ok) return answer
  return scoped(answer.listing, query, { items, decoys }, answer.listing.firstOther)
}

/** Asks the narrowed query; null when the query cannot be narrowed in this form. Throws Contradiction. */
async function askNarrowed(
  options: AnswerListingOptions,
  query: ListingQuery,
  headers: ListingHeaders,
  form: NarrowForm,
  type: number,
): Promise<ScopedAnswer | null> {
  const { asker, items, decoys } = options
  const scope = items.of(query.section, type)
  const known = query.removal ? [] : decoys.of(query.section, type)
  const named = [...scope, ...known]
  const target = narrowResource(query, form, named)
  if (target === null) return null
  const keys = new Set(named.map(({ ratingKey }) => ratingKey))
  const most = mostItems(form, named.length)
  const question: ListingQuestion = {
    resource: target,
    headers,
    size: sizeOf(query, most),
    keep: (key) => keys.has(key),
  }
  const answer = await asker.ask(question)
  if (!answer.ok) throw new Contradiction(form, `Plex answered ${answer.answer.head.status} to a narrowed query`)
  const { listing } = answer
  if (listing.total > most) throw new Contradiction(form, 'Plex answered a narrowed query with more than was asked for')
  const found = listing.kept.map(({ ratingKey }) => ratingKey).filter((key) => items.has(key))
  if (form !== 'title' && listing.scanned > listing.kept.length) {
    throw new Contradiction(form, 'Plex answered a narrowed query with items that were not asked for')
  }
  if (query.filters.length === 0 && found.length < scope.length) {
    throw new Contradiction(form, 'the narrowed listing lacks an item of the scope')
  }
  const search = { query, headers, form, found }
  if (query.removal || listing.kept.length > 0) {
    options.narrowed({ ...search, total: null })
    return scoped(listing, query, options, null)
  }
  const probe = await asker.ask({ resource: resourceOf(query), headers, size: 1, keep: items.has })
  if (!probe.ok) return probe
  if (probe.listing.kept.length > 0) throw new Contradiction(form, 'a narrowed query found less than the whole one')
  options.narrowed({ ...search, total: probe.listing.total })
  return scoped(listing, query, options, probe.listing.firstOther)
}

/** Reduces an answer to the scope, or to one decoy if nothing of the scope is in it. */
function scoped(
  listing: Listing,
  query: ListingQuery,
  { items, decoys }: Pick<AnswerListingOptions, 'items' | 'decoys'>,
  other: ListedElement | null,
): ScopedAnswer {
  const { head, container, kept } = listing
  const elements = kept.filter(({ ratingKey }) => items.has(ratingKey))
  if (elements.length > 0 || query.removal) return { ok: true, listing: { head, container, elements, decoy: false } }
  const known = decoysFor(decoys, query)
  const byUse = kept.toSorted((a, b) => known.indexOf(a.ratingKey) - known.indexOf(b.ratingKey))
  const decoy = byUse[0] ?? other
  if (decoy === null) return { ok: true, listing: { head, container, elements, decoy: false } }
  decoys.use(query.section, decoy)
  return { ok: true, listing: { head, container, elements: [decoy], decoy: true } }
}

function decoysFor(decoys: Decoys, query: ListingQuery): string[] {
  if (query.removal) return []
  return query.types.flatMap((type) => decoys.of(query.section, type).map(({ ratingKey }) => ratingKey))
}

/** A client without paging expects an answer without totalSize, so Plex is also asked without paging. */
function sizeOf({ page }: ListingQuery, size: number): number | null {
  return page === null ? null : size
}

/** The client's own query as a resource that may go to Plex. */
export function resourceOf(query: ListingQuery): AllowedResource {
  const target = wholeResource(query)
  // The policy has just allowed the same query.
  if (target === null) throw new ListingFault('the query is not on the list of reads')
  return target
}
