import { isCloseDelimited, type PlexConnection } from '../../plex/upstream/connection.ts'
import { collectionName } from '../../policy/recognize-read.ts'
import { pairName } from '../../policy/resource.ts'
import type { ProxyRead, ReadHandler, ReadReply } from '../answer/read-handler.ts'
import type { OwnListing } from '../ledger/proxy-recorder.ts'
import type { ListedElement } from '../scope/listing-reader.ts'
import { listingResource } from '../scope/narrow.ts'
import { type Listing, readListing } from '../scope/read-listing.ts'
import { composeAnswer } from '../scope/scan/container-text.ts'
import { attributeOf } from '../scope/scan/xml-tag.ts'
import { type AnswerCache, createAnswerCache } from './answer-cache.ts'

/**
 * Kometa looks for a collection with each definition's name (builder.py:917: `type=18&title=`, 485 times for `default:
 * studio`). All collections of the section are therefore read once, and lookups are answered from them. To be certain
 * that the answers equal Plex's own, the first answer of a section is compared with Plex's byte for byte, and Plex is
 * asked whenever it is unclear whether a title "contains" the name.
 */
export interface CollectionLookup {
  /** Answers a lookup from memory, or hands it to `next`. */
  wrap(next: ReadHandler): ReadHandler
  readonly counts: { readonly asked: number; readonly answered: number }
}

/** The most collections of one section in memory. If a section has more, each lookup goes to Plex. */
const maxCollections = 10_000

/** All collections of one section. */
export interface Collections {
  listing: Listing
  named: { element: ListedElement; title: string; others: string }[]
  /** Whether empty and other answers equal Plex's own; null until one of each kind was compared. */
  trusted: { empty: boolean | null; found: boolean | null }
}

/** The most sections whose collections are remembered, and their bytes. */
const cacheLimits = { maxEntries: 100, maxBytes: 32 * 1024 * 1024 }

export function createCollectionCache(now?: () => number): AnswerCache<Collections | null> {
  return createAnswerCache<Collections | null>({
    ...cacheLimits,
    ...(now && { now }),
    isKept: () => true,
    bytesOf: (all) => all?.named.reduce((sum, { element }) => sum + element.bytes.length, 1_000) ?? 0,
  })
}

interface Lookup {
  section: string
  path: string
  pairs: readonly string[]
  title: string
  page: { start: number; size: number }
  headers: Record<string, string>
}

export function createCollectionLookup(
  connection: PlexConnection,
  known: AnswerCache<Collections | null>,
  recorded: (read: OwnListing) => void = () => undefined,
): CollectionLookup {
  const counts = { asked: 0, answered: 0 }

  const read = async (lookup: Lookup, pairs: readonly string[]): Promise<Listing | null> => {
    const target = listingResource(lookup.path, pairs, [])
    if (target === null) return null
    counts.asked += 1
    const startedAt = performance.now()
    const page = { start: 0, size: maxCollections }
    const answer = await readListing(connection, { resource: target, headers: lookup.headers, page, keep: () => true })
    const { head } = answer.ok ? answer.listing : answer.answer
    const { status } = head
    const bytes = answer.ok ? answer.listing.wireBytes : answer.answer.body.length
    const durationMs = performance.now() - startedAt
    recorded({ target, status, bytes, durationMs, closeDelimited: isCloseDelimited(head) })
    // An error is never remembered; the lookup itself then goes to Plex.
    if (!answer.ok) throw new Error(`Plex answered ${status}`)
    return answer.listing.total > answer.listing.scanned ? null : answer.listing
  }

  const readAll = async (lookup: Lookup): Promise<Collections | null> => {
    const listing = await read(
      lookup,
      lookup.pairs.filter((pair) => pairName(pair) !== 'title'),
    )
    if (listing === null) return null
    const named = listing.kept.map((element) => {
      const attribute = (name: string) => attributeOf(element.bytes, 0, name) ?? ''
      return { element, title: attribute('title'), others: `${attribute('titleSort')} ${attribute('originalTitle')}` }
    })
    return { listing, named, trusted: { empty: null, found: null } }
  }

  const collectionsOf = (lookup: Lookup): Promise<Collections | null> => {
    const pairs = lookup.pairs.filter((pair) => pairName(pair) !== 'title')
    return known.get(`${lookup.path}?${pairs.join('&')} ${JSON.stringify(lookup.headers)}`, () => readAll(lookup))
  }

  /** The elements that Plex would list, or null when that is not certain. */
  const answer = async (lookup: Lookup): Promise<{ all: Collections; elements: ListedElement[] } | null> => {
    const all = await collectionsOf(lookup)
    const elements = all === null ? null : matching(all.named, lookup.title)
    if (all === null || elements === null) return null
    const kind = elements.length === 0 ? 'empty' : 'found'
    all.trusted[kind] ??= await isPlexsOwn(lookup, all, elements)
    return all.trusted[kind] ? { all, elements } : null
  }

  const isPlexsOwn = async (lookup: Lookup, all: Collections, elements: readonly ListedElement[]): Promise<boolean> => {
    const plexs = await read(lookup, lookup.pairs)
    return plexs !== null && compose(all.listing, elements).equals(compose(plexs, plexs.kept))
  }

  return {
    counts,
    wrap: (next) => (proxyRead, reply) => {
      const lookup = parseLookup(proxyRead)
      if (lookup === null) {
        next(proxyRead, reply)
        return
      }
      answer(lookup).then(
        (found) => {
          if (found === null) {
            next(proxyRead, reply)
            return
          }
          counts.answered += 1
          send(reply, lookup, found, proxyRead.method === 'HEAD')
        },
        // If the collections cannot be read, Plex's own answer to this lookup tells the client why.
        () => next(proxyRead, reply),
      )
    },
  }
}

function send(
  reply: ReadReply,
  { page: { start, size } }: Lookup,
  { all, elements }: { all: Collections; elements: readonly ListedElement[] },
  head: boolean,
): void {
  const shown = elements.slice(start, start + size)
  const body = compose(all.listing, shown, { size: shown.length, totalSize: elements.length, offset: start })
  reply.fromHere()
  reply.begin(200, {
    'content-type': all.listing.head.headers['content-type'] ?? 'text/xml;charset=utf-8',
    'content-length': body.length,
  })
  if (!head) reply.write(body)
  reply.end()
}

/** Recognizes Kometa's lookup only: `type=18`, one title, perhaps includeGuids, paged by header. */
function parseLookup({ read, headers }: ProxyRead): Lookup | null {
  const { path, pairs, section } = read
  const names = pairs.map(pairName).toSorted().join()
  const title = collectionName(read)
  if (section === undefined || !/^(?:includeGuids,)?title,type$/.test(names)) return null
  const start = headers['x-plex-container-start']
  const size = headers['x-plex-container-size']
  if (title === null || title === '' || !isNumber(start) || !isNumber(size)) return null
  const kept: Record<string, string> = {}
  for (const name of ['accept', 'accept-language', 'x-plex-language']) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return { section, path, pairs, title, page: { start: Number(start), size: Number(size) }, headers: kept }
}

function isNumber(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,9}$/.test(value)
}

/**
 * Finds the collections that Plex's `title=` ("contains") would list. The result is certain only if a strict comparison
 * (ignoring case) and the most generous one (accents, punctuation, word starts, sort title) agree for every collection;
 * otherwise null. Pure.
 */
export function matching(named: Collections['named'], wanted: string): ListedElement[] | null {
  // A comma may separate alternatives.
  if (wanted.includes(',') && named.length > 0) return null
  const plain = wanted.toLowerCase()
  const loose = loosely(wanted)
  const found: ListedElement[] = []
  for (const { element, title, others } of named) {
    const contains = title.toLowerCase().includes(plain)
    const could =
      loose === '' ||
      isNear(loose, loosely(title)) ||
      isNear(loose, loosely(others)) ||
      hasWords(wanted, `${title} ${others}`)
    if (contains) found.push(element)
    else if (could) return null
  }
  return found
}

const isNear = (wanted: string, title: string): boolean => title.includes(wanted)

/** Only letters and digits, without case and accents. */
function loosely(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** True if every word of `wanted` is the beginning of a word in `title`. */
function hasWords(wanted: string, title: string): boolean {
  const words = (text: string) =>
    text
      .split(/[^\p{L}\p{N}\p{M}]+/u)
      .map(loosely)
      .filter((word) => word !== '')
  const held = words(title)
  return words(wanted).every((word) => held.some((other) => other.startsWith(word)))
}

function compose(
  { container }: Listing,
  elements: readonly ListedElement[],
  counts?: { size: number; totalSize: number; offset: number },
): Buffer {
  const { length } = elements
  return composeAnswer(
    container,
    elements.map(({ bytes }) => bytes),
    counts ?? { size: length, totalSize: length, offset: 0 },
  )
}
