import { plexTypeNumbers } from '../../contract/kinds.ts'
import type { ListingAsker, ListingHeaders } from './ask-listing.ts'
import { andedFilters, encodeTitle, listingResource, type NarrowForm, narrowForms, narrowingPairs } from './narrow.ts'
import type { ScopeItem, ScopeItems } from './scope-items.ts'
import { formsFor, type Strategies } from './strategies.ts'

/** The most requests of one job's self-check, over all sections and types. */
const maxCheckRequests = 20
/**
 * The most items in a narrowed answer; more means that Plex did not narrow it. A title may also match other items, such
 * as all episodes of a show.
 */
export const maxNarrowedItems = 5_000
/** How many items the trial search reads, and how many items of a narrowed answer are read before the rest. */
const maxTrialItems = 200
/** One form needs four requests: an impossible value, the narrowed listing, and the trial search whole and narrowed. */
const requestsPerForm = 4
/** A ratingKey and titles that no item has. */
const impossible = {
  ratingKey: '2147483646',
  title: 'no item 8f3c1d',
  parentTitle: 'no item 8f3c1d',
  grandparentTitle: 'no item 8f3c1d',
}
const secondsPerDay = 86_400

export interface SelfCheckOptions {
  asker: ListingAsker
  items: ScopeItems
  strategies: Strategies
  headers: ListingHeaders
}

/**
 * Finds out, for each section and type of the scope, which narrowed query this server understands: Plex silently
 * ignores filters that it does not know. An odd answer does not reject; the place is then filtered. Rejects when Plex
 * cannot be reached.
 */
export async function runSelfCheck(options: SelfCheckOptions): Promise<void> {
  const { items, strategies } = options
  const refused = new Map<NarrowForm, string>()
  for (const form of narrowForms) {
    const why = strategies.distrustOf(form)
    // This form passed the check once and failed later, so the next form is tried.
    if (why !== undefined) refused.set(form, why)
  }
  for (const section of items.sections.keys()) {
    for (const type of Object.values(plexTypeNumbers)) {
      const scoped = items.of(section, type)
      if (scoped.length === 0) continue
      const { form, why } = await checkPlace(options, { section, type, scoped }, refused)
      strategies.trust(section, type, form, why)
    }
  }
}

interface Place {
  section: string
  type: number
  scoped: readonly ScopeItem[]
}

/** Why a form failed, or null if it passed; `ignored` = the server does not know the form at all. */
type Failure = { why: string; ignored: boolean } | null

async function checkPlace(
  options: SelfCheckOptions,
  place: Place,
  refused: Map<NarrowForm, string>,
): Promise<{ form: NarrowForm | null; why: string }> {
  const failures: string[] = []
  let whole: Promise<Found> | null = null
  const wholeTrial = (): Promise<Found> => {
    whole ??= ask(options, place, trialFilters(place), maxTrialItems)
    return whole
  }
  for (const form of formsFor(place.type)) {
    const known = refused.get(form)
    const failure =
      known === undefined ? await checkForm(options, place, form, wholeTrial) : { why: known, ignored: true }
    if (failure === null) {
      const passed = 'the server passed the self-check for this section and type'
      return { form, why: failures.length === 0 ? passed : `${passed}; not by ${failures.join('; ')}` }
    }
    if (failure.ignored) refused.set(form, failure.why)
    failures.push(`${form}: ${failure.why}`)
  }
  return { form: null, why: failures.join('; ') || 'the server knows no narrower question' }
}

async function checkForm(
  options: SelfCheckOptions,
  place: Place,
  form: NarrowForm,
  wholeTrial: () => Promise<Found>,
): Promise<Failure> {
  const { scoped, type } = place
  const wanted = scoped.map(({ ratingKey }) => ratingKey)
  const pairs = narrowingPairs(form, type, scoped)
  const nothing = narrowingPairs(form, type, [impossible])
  const fails = (why: string): Failure => ({ why, ignored: false })
  if (pairs === null || nothing === null) return fails('cannot name these items')
  if (options.asker.requests + requestsPerForm > maxCheckRequests) {
    return fails(`no more than ${maxCheckRequests} requests are spent on the self-check`)
  }
  const most = mostItems(form, wanted.length)
  // The impossible value goes first: a server that ignores the field answers with its library, but sends only one item.
  const none = await ask(options, place, nothing, 1)
  if (none === null) return { why: 'the server refuses it', ignored: true }
  if (none.total > 0) return { why: 'the server does not narrow by it', ignored: true }
  const full = await askNarrowed(options, place, pairs, most)
  if (full === null) return fails('the narrowed listing is not shorter')
  if (!hasAll(full, wanted)) return fails('the narrowed listing lacks an item of the scope')

  const whole = await wholeTrial()
  const narrowed = await askNarrowed(options, place, andedFilters(trialFilters(place), pairs), most)
  if (whole === null || narrowed === null) return fails('the trial search with nested groups cannot be asked')
  // If the answer is too long to read whole, only the item that the search is made for is known to be in it.
  const isWhole = whole.total <= maxTrialItems
  const first = trialItem(scoped)?.ratingKey ?? ''
  // A search that does not find this item proves nothing, because an empty answer agrees with every form.
  if (isWhole && !whole.keys.has(first)) return fails('the trial search does not find what it was made to find')
  const expected = isWhole ? wanted.filter((key) => whole.keys.has(key)) : [first]
  const tooMuch = isWhole && wanted.some((key) => narrowed.has(key) && !whole.keys.has(key))
  return hasAll(narrowed, expected) && !tooMuch
    ? null
    : fails('the trial search with nested groups answers differently when narrowed')
}

/** A title may match items outside the scope; an id never does. */
export function mostItems(form: NarrowForm, wanted: number): number {
  return form === 'title' ? maxNarrowedItems : wanted
}

function hasAll(found: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.every((key) => found.has(key))
}

interface Answered {
  keys: ReadonlySet<string>
  total: number
}
/** null = no readable answer: Plex may answer 400 to a filter that it does not know. */
type Found = Answered | null

async function ask(
  { asker, headers }: SelfCheckOptions,
  { section, type }: Place,
  filters: readonly string[],
  size: number,
): Promise<Found> {
  const resource = listingResource(`/library/sections/${section}/all`, [`type=${type}`, ...filters], [])
  if (resource === null) return null
  const answer = await asker.ask({ resource, headers, size, keep: () => true })
  if (!answer.ok) return null
  const { kept, total } = answer.listing
  return { keys: new Set(kept.map(({ ratingKey }) => ratingKey)), total }
}

/**
 * All ratingKeys of a narrowed answer; null when there are more than `most`. The total shows that before the whole
 * library is sent.
 */
async function askNarrowed(
  options: SelfCheckOptions,
  place: Place,
  filters: readonly string[],
  most: number,
): Promise<ReadonlySet<string> | null> {
  const first = await ask(options, place, filters, Math.min(most, maxTrialItems) + 1)
  if (first === null || first.total > most) return null
  if (first.total <= first.keys.size) return first.keys
  return (await ask(options, place, filters, most))?.keys ?? null
}

const prefixes: Record<number, string> = {
  1: '',
  2: 'show.',
  3: 'season.',
  4: 'episode.',
  8: 'artist.',
  9: 'album.',
  10: 'track.',
}

/**
 * A search with every construct that Kometa uses: `any` inside `all`, nested, with title, date, tag and boolean. One of
 * its two alternatives matches one item of the scope and the other matches nothing, so a wrong precedence shows.
 */
function trialFilters({ type, scoped }: Place): string[] {
  const item = trialItem(scoped)
  const prefix = prefixes[type] ?? ''
  const filters = ['push=1', `${prefix}title%3D=${encodeTitle(impossible.title)}`, 'or=1', 'push=1']
  filters.push(`${prefix}title%3D=${encodeTitle(item?.title ?? '')}`)
  // Every show has a "Season 1"; together with the show's title, few items match.
  const above = item?.grandparentTitle ?? item?.parentTitle ?? null
  if (above !== null) filters.push('and=1', `${type <= 4 ? 'show' : 'artist'}.title%3D=${encodeTitle(above)}`)
  if (item?.addedAt) filters.push('and=1', `${prefix}addedAt%3E%3E=${item.addedAt - secondsPerDay}`)
  filters.push('and=1', 'push=1', `${tagField(type)}!=${impossible.ratingKey}`)
  if (type <= 4) filters.push('or=1', `${booleanField(type)}=1`)
  return [...filters, 'pop=1', 'pop=1', 'pop=1']
}

/**
 * Prefers an item with plain titles, because only the title form depends on how a server handles special characters,
 * and the check of that form covers them.
 */
function trialItem(scoped: readonly ScopeItem[]): ScopeItem | undefined {
  const isPlain = (title: string | null) => title === null || /^[\p{L}\p{N} ]+$/u.test(title)
  return scoped.find((item) => isPlain(item.title) && isPlain(item.grandparentTitle ?? item.parentTitle)) ?? scoped[0]
}

function tagField(type: number): string {
  if (type === 1) return 'genre'
  return type <= 4 ? 'show.genre' : 'artist.genre'
}

function booleanField(type: number): string {
  return type === 2 ? 'show.unwatchedLeaves' : `${prefixes[type] ?? ''}unwatched`
}
