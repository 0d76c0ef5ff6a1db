import { mkdir, rm } from 'node:fs/promises'
import { onlyItem, recognizeRead } from '../../policy/recognize-read.ts'
import type { ScopedAnswer } from '../scope/answer-listing.ts'
import { createListingCache } from '../scope/scope.ts'
import { type AnswerCache, createAnswerCache } from './answer-cache.ts'
import { stampOf, stampsIn } from './answer-stamps.ts'
import { type Collections, createCollectionCache } from './collection-lookup.ts'
import { resourceOfKey } from './memo-key.ts'
import type { RememberedAnswer } from './remembering-reply.ts'
import {
  type BelievedWrite,
  couldHaveChanged,
  type EarlierAnswer,
  isReusable,
  type Stamps,
  touchesCollections,
} from './stale.ts'

export interface MemoLimits {
  maxAnswers: number
  /** Texts in memory, together. */
  maxTextBytes: number
  /** Pictures on disk, together. */
  maxImageBytes: number
  /** Items whose stamps are asked for at the start of a job; answers about others are forgotten then. */
  maxStampedItems: number
}

const memoLimits: MemoLimits = {
  maxAnswers: 10_000,
  maxTextBytes: 32 * 1024 * 1024,
  maxImageBytes: 1024 * 1024 * 1024,
  maxStampedItems: 200,
}

/** What is remembered of one Plex server: for one job, or handed from job to job. */
export interface MemoStore extends AsyncDisposable {
  readonly texts: AnswerCache<RememberedAnswer>
  readonly images: AnswerCache<RememberedAnswer>
  readonly listings: AnswerCache<ScopedAnswer>
  readonly collections: AnswerCache<Collections | null>
  /** Where pictures are kept; 0700. */
  readonly folder: string
  /**
   * Items that answers are about, at most `maxStampedItems`: their stamps are needed to reuse those in the next job.
   */
  items(): string[]
  /**
   * Begins a job: what may not be reused in it is forgotten. `fresh`: everything. Call before anything is read through
   * the store,
   * with the server's stamps of this moment.
   */
  beginJob(stamps: Stamps, options?: { fresh?: boolean }): void
  /** A write that Kometa believes in: until the next job begins, what it could have changed is asked of Plex again. */
  wrote(write: BelievedWrite): void
}

/** Makes a store that keeps pictures in `folder`, which it creates and, when disposed of, removes. */
export async function createMemoStore(
  folder: string,
  options: { limits?: Partial<MemoLimits>; now?: () => number } = {},
): Promise<MemoStore> {
  const limits = { ...memoLimits, ...options.limits }
  const now = options.now ?? (() => performance.now())
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let stamps: Stamps = { server: new Map(), sections: new Map(), items: new Map() }
  const isKept = () => true
  const texts = createAnswerCache<RememberedAnswer>({
    ...{ maxEntries: limits.maxAnswers, maxBytes: limits.maxTextBytes, isKept, now },
    bytesOf: ({ body }) => (body.kind === 'memory' ? body.bytes.length : 0),
  })
  const images = createAnswerCache<RememberedAnswer>({
    ...{ maxEntries: limits.maxAnswers, maxBytes: limits.maxImageBytes, isKept, now },
    bytesOf: ({ body }) => (body.kind === 'file' ? body.size : body.bytes.length),
    onDrop({ body }) {
      // A picture that is being read stays until the folder is removed.
      if (body.kind === 'file') rm(body.path, { force: true }).catch(() => undefined)
    },
  })
  const both = [texts, images]
  const listings = createListingCache(now)
  const collections = createCollectionCache(now)

  return {
    texts,
    images,
    listings,
    collections,
    folder,
    items() {
      const keys = new Set<string>()
      // What an answer shows first: what was asked for by itself is the likelier to be read again.
      listings.drop((_key, answer) => {
        if (answer?.ok) for (const { ratingKey } of answer.listing.elements) keys.add(ratingKey)
        return false
      })
      const collect = (key: string): boolean => {
        const read = recognizeRead(resourceOfKey(key))
        if (read?.row.kept === 'items') for (const item of read.ratingKeys) keys.add(item)
        return false
      }
      for (const cache of both) cache.drop(collect)
      // Those that were used last are the likeliest to be read again.
      return [...keys].slice(-limits.maxStampedItems)
    },
    beginJob(current, { fresh = false } = {}) {
      const before = { ...stamps, items: new Map([...stampsWithin(texts), ...stamps.items]) }
      stamps = current
      const forget = <Answer>(cache: AnswerCache<Answer>, shownIn: (answer: Answer) => ShownItems): void => {
        // These were put aside because Kometa believed in a write that never reached Plex.
        cache.restore()
        cache.drop((key, answer, askedAtMs) => {
          const shown = () => (answer === undefined ? null : shownIn(answer))
          const earlier = { resource: resourceOfKey(key), ageMs: now() - askedAtMs, shown }
          return fresh || !isReusable(earlier, before, current)
        })
      }
      forget(texts, stampsIn)
      forget(images, () => null)
      forget(listings, shownInListing)
      // Of collections nothing is a viewer's.
      forget(collections, () => new Map())
    },
    wrote(write) {
      for (const cache of both) {
        cache.putAside((key, answer) => {
          const mentions = (ratingKey: string) => answer === undefined || isMentioned(answer, ratingKey)
          return couldHaveChanged(write, { resource: resourceOfKey(key), mentions })
        })
      }
      // A picture or a label of an item makes no collection; the scope sees to its own listings.
      if (touchesCollections(write)) collections.putAside(() => true)
    },
    async [Symbol.asyncDispose]() {
      texts.drop(() => true)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type ShownItems = ReturnType<EarlierAnswer['shown']>

function shownInListing(answer: ScopedAnswer): ShownItems {
  if (!answer.ok) return null
  return new Map(answer.listing.elements.map(({ ratingKey, bytes }) => [ratingKey, stampOf(bytes)]))
}

/** Items that turned up while a job ran have no stamp of its start: their own answers bear one. */
function stampsWithin(texts: AnswerCache<RememberedAnswer>): Map<string, string> {
  const stamps = new Map<string, string>()
  texts.drop((key, answer) => {
    const read = recognizeRead(resourceOfKey(key))
    const item = read === null || answer === undefined ? null : onlyItem(read)
    const stamp = item === null || answer === undefined ? null : stampsIn(answer)?.get(item)
    if (item !== null && stamp != null) stamps.set(item, stamp)
    return false
  })
  return stamps
}

function isMentioned({ body }: RememberedAnswer, ratingKey: string): boolean {
  if (body.kind === 'file') return false
  return [
    `ratingKey="${ratingKey}"`,
    `"ratingKey":"${ratingKey}"`,
    `/library/metadata/${ratingKey}/`,
    `/library/metadata/${ratingKey}"`,
  ].some((text) => body.bytes.includes(text))
}
