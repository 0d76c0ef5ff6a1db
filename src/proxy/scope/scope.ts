import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { type ReadSubject, recognizeRead } from '../../policy/recognize-read.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { OwnListing } from '../ledger/proxy-recorder.ts'
import { type AnswerCache, createAnswerCache } from '../memo/answer-cache.ts'
import { resourceOfKey } from '../memo/memo-key.ts'
import { answerListing, type NarrowedSearch, type ScopedAnswer } from './answer-listing.ts'
import { createListingAsker, type ListingHeaders } from './ask-listing.ts'
import { createDecoys, type Decoy, type Decoys } from './decoys.ts'
import type { NarrowForm, ScopeStrategy } from './narrow.ts'
import { type Recheck, recheckSearch } from './recheck.ts'
import { arrangeScope, type ScopeItem, type ScopeItems } from './scope-items.ts'
import { classifyListing, type ListingQuery } from './scope-rules.ts'
import { runSelfCheck, type SelfCheckOptions } from './self-check.ts'
import { createStrategies, type PlaceStrategy } from './strategies.ts'

export interface ScopeOptions {
  connection: PlexConnection
  /** The targets and their ancestors; at least one. */
  items: readonly ScopeItem[]
  signal?: AbortSignal
  /** Storage for whole answers; by default they are kept only for this job. */
  cache?: AnswerCache<ScopedAnswer>
  /** Called for the ledger with each request that Plex answered for the scope. `target` contains no token. */
  recorded?(asked: ScopeRequest): void
}

interface ScopeRequest extends OwnListing {
  /** The ledger lists the requests of the self-check in a row of their own. */
  purpose: 'self-check' | 'listing' | 're-check'
}

/** What the summary reports about the scope. */
export interface ScopeReport {
  /** The weakest strategy in use. */
  scope_strategy: ScopeStrategy
  /** The reason for the weakest strategy, in words. */
  why: string
  places: PlaceStrategy[]
  decoys: Decoy[]
  /** Searches with a `limit` or a random order, which a scoped run cannot reproduce faithfully. */
  unfaithful: { target: string; reason: 'limit' | 'random' }[]
  /** What Plex's answers contradicted, in words. */
  contradictions: string[]
  recheck: Recheck | null
  requests: { self_check: number; listings: number }
  bytes: number
}

/** Decides which listings Kometa sees and how Plex is asked for them. One per server and job. */
export interface Scope {
  readonly items: ScopeItems
  /** Starts the self-check; listings wait until it ends. Never rejects: a place that fails the check is filtered. */
  start(): Promise<void>
  /** The listing that a read asks for; null when the scope does not apply to the read. */
  classify(read: ReadSubject, headers: IncomingHttpHeaders): ListingQuery | null
  /** The whole scoped answer; the caller cuts pages from it. Rejects with ListingFault or the connection's error. */
  answer(query: ListingQuery, headers: ListingHeaders): Promise<ScopedAnswer>
  /** Reports a blocked write that Kometa believes in. Listings that the write could change are asked for again. */
  wrote(ratingKey: string | null): void
  /** Repeats one narrowed search without narrowing; runs once, when Kometa has ended. */
  recheck(): Promise<Recheck>
  report(): ScopeReport
}

/** Limits for kept scoped answers. Kometa asks about 500 searches for `default: studio`. */
const cacheLimits = { maxEntries: 2_000, maxBytes: 64 * 1024 * 1024 }
/** The most searches remembered for the re-check, and the most warnings. */
const maxRemembered = 1_000

/**
 * Creates the scope of one job on one server. Throws when it has no items, so that a job never runs unscoped by
 * accident.
 */
export function createScope(options: ScopeOptions): Scope {
  const items = arrangeScope(options.items)
  if (items.all.size === 0) throw new Error('a scope without items would hide the whole library')
  const askerFor = (purpose: ScopeRequest['purpose']) =>
    createListingAsker(options.connection, options.signal, (asked) => options.recorded?.({ purpose, ...asked }))
  const checker = askerFor('self-check')
  const asker = askerFor('listing')
  const rechecker = askerFor('re-check')
  const strategies = createStrategies()
  const decoys = createDecoys()
  const cache = options.cache ?? createListingCache()
  const scopeName = nameOf(items)
  const searches: NarrowedSearch[] = []
  const contradictions: string[] = []
  const unfaithful = new Map<string, 'limit' | 'random'>()
  let checked: Promise<void> | null = null
  let recheck: Recheck | null = null

  const runCheck = async (): Promise<void> => {
    contradictions.push(...(await selfCheckFailures({ asker: checker, items, strategies, headers: checkHeaders })))
  }
  const start = (): Promise<void> => {
    checked ??= runCheck()
    return checked
  }
  const onContradiction = async (form: NarrowForm, why: string): Promise<void> => {
    if (contradictions.length < maxRemembered) contradictions.push(`${form}: ${why}`)
    // Earlier answers came from a form that is no longer trusted, so they are asked for again.
    cache.drop(() => true)
    await runCheck()
  }
  const narrowed = (search: NarrowedSearch): void => {
    if (search.query.filters.length > 0 && searches.length < maxRemembered) searches.push(search)
  }

  return {
    items,
    start,
    classify(read, headers) {
      return classifyListing(read, pagingIn(headers), (section) => items.sections.get(section))
    },
    async answer(query, headers) {
      await start()
      const key = `${keyOf(query, headers)} ${scopeName}`
      const reason = query.limit === null ? (query.random ? 'random' : null) : 'limit'
      if (reason !== null && unfaithful.size < maxRemembered) unfaithful.set(describe(query), reason)
      const answer = await cache.get(key, () =>
        answerListing({ asker, items, strategies, decoys, narrowed }, query, headers, onContradiction),
      )
      noteDecoy(decoys, query, answer)
      return answer
    },
    wrote(ratingKey) {
      const section = ratingKey === null ? null : (items.all.get(ratingKey)?.sectionId ?? null)
      cache.putAside((key) => section === null || recognizeRead(resourceOfKey(key))?.section === section)
    },
    async recheck() {
      recheck ??= await recheckSearch({ asker: rechecker, items }, searches).catch(failedRecheck)
      if (recheck.agrees === false) {
        contradictions.push(`re-check of ${recheck.target}: ${recheck.why}`)
        // The next job must not use answers that failed the re-check.
        cache.drop(() => true)
      }
      return recheck
    },
    report() {
      return {
        ...describePlaces(strategies.list()),
        decoys: [...decoys.list()],
        unfaithful: [...unfaithful].map(([target, reason]) => ({ target, reason })),
        contradictions: [...contradictions],
        recheck,
        requests: { self_check: checker.requests, listings: asker.requests + rechecker.requests },
        bytes: checker.bytes + asker.bytes + rechecker.bytes,
      }
    },
  }
}

/** The headers that python-plexapi sends for Kometa, so that the trial gets the same answers as Kometa. */
const checkHeaders = { accept: '*/*' }

const order: readonly ScopeStrategy[] = ['id', 'title', 'filter']

/** The strategy at each place, and the weakest of them, which represents all places. */
function describePlaces(places: PlaceStrategy[]): Pick<ScopeReport, 'scope_strategy' | 'why' | 'places'> {
  const weakest = places.toSorted((a, b) => order.indexOf(b.strategy) - order.indexOf(a.strategy))[0]
  const { strategy = 'filter', why = 'the self-check has not run' } = weakest ?? {}
  return { scope_strategy: strategy, why, places }
}

function pagingIn(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const given = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined)
  return {
    'x-plex-container-start': given('x-plex-container-start'),
    'x-plex-container-size': given('x-plex-container-size'),
  }
}

/** An answer that an earlier job left in the cache may contain a decoy; this job must know it. */
function noteDecoy(decoys: Decoys, query: ListingQuery, answer: ScopedAnswer): void {
  const element = answer.ok && answer.listing.decoy ? answer.listing.elements[0] : undefined
  if (element !== undefined && !decoys.has(element.ratingKey)) decoys.use(query.section, element)
}

/** Runs the self-check and returns the reason if it could not finish; otherwise []. */
async function selfCheckFailures(options: SelfCheckOptions): Promise<string[]> {
  try {
    await runSelfCheck(options)
    return []
  } catch (error) {
    return [`the self-check could not be finished: ${messageOf(error)}`]
  }
}

/** A name for the set of items, used in cache keys because another scope has other answers to the same query. */
function nameOf(items: ScopeItems): string {
  const keys = [...items.all.keys()].toSorted().join()
  return createHash('sha256').update(keys).digest('hex').slice(0, 16)
}

/** The result of a re-check that failed. Plex may be gone by then, and that must not spoil the job's results. */
const failedRecheck = (error: unknown): Recheck => ({
  target: null,
  agrees: null,
  why: `it could not be asked: ${messageOf(error)}`,
})

/** A bounded cache of whole scoped answers; each key begins with path and query. */
export function createListingCache(now?: () => number): AnswerCache<ScopedAnswer> {
  return createAnswerCache<ScopedAnswer>({
    ...cacheLimits,
    ...(now && { now }),
    isKept: (answer) => answer.ok,
    bytesOf: (answer) =>
      answer.ok ? answer.listing.elements.reduce((sum, { bytes }) => sum + bytes.length, 1_000) : 0,
  })
}

function keyOf(query: ListingQuery, headers: ListingHeaders): string {
  const named = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  // Plex's container has other attributes in an answer without paging.
  return `${describe(query)} ${query.page === null ? 'whole' : 'paged'} ${JSON.stringify(named)}`
}

function describe({ path, controls, filters }: ListingQuery): string {
  return `${path}?${[...controls, ...filters].join('&')}`
}
