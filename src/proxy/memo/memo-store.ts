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
  /** Limit for all texts in memory together. */
  maxTextBytes: number
  /** Limit for all pictures on disk together. */
  maxImageBytes: number
  /** How many items get a stamp at the start of a job; answers about other items are then forgotten. */
  maxStampedItems: number
}

const memoLimits: MemoLimits = {
  maxAnswers: 10_000,
  maxTextBytes: 32 * 1024 * 1024,
  maxImageBytes: 1024 * 1024 * 1024,
  maxStampedItems: 200,
}

/** What is remembered about one Plex server: for one job, or passed from job to job. */
export interface MemoStore extends AsyncDisposable {
  readonly texts: AnswerCache<RememberedAnswer>
  readonly images: AnswerCache<RememberedAnswer>
  readonly listings: AnswerCache<ScopedAnswer>
  readonly collections: AnswerCache<Collections | null>
  /** The folder for pictures; mode 0700. */
  readonly folder: string
  /** Items in remembered answers, at most `maxStampedItems`. The next job needs their stamps to reuse the answers. */
  items(): string[]
  /**
   * Begins a job with the server's current stamps and forgets what the job may not reuse; `fresh` forgets everything.
   * Call it before anything is read through the store.
   */
  beginJob(stamps: Stamps, options?: { fresh?: boolean }): void
  /**
   * Records a write that Kometa believes in. Until the next job, Plex is asked again for everything that it could have
   * changed.
   */
  wrote(write: BelievedWrite): void
}

/** Creates a store that keeps pictures in `folder`; it creates the folder and removes it when disposed of. */
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
      // If the file system keeps the picture because it is being read, it disappears with the folder.
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
      // Items in listings come first and are cut off first: items that were read directly are more likely to be read.
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
      // The items used last are the most likely to be read again.
      return [...keys].slice(-limits.maxStampedItems)
    },
    beginJob(current, { fresh = false } = {}) {
      const before = { ...stamps, items: new Map([...stampsWithin(texts), ...stamps.items]) }
      stamps = current
      const forget = <Answer>(cache: AnswerCache<Answer>, shownIn: (answer: Answer) => ShownItems): void => {
        // These answers are valid again, because the write that Kometa believed in never reached Plex.
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
      // Collections have no values that depend on a viewer.
      forget(collections, () => new Map())
    },
    wrote(write) {
      for (const cache of both) {
        cache.putAside((key, answer) => {
          const mentions = (ratingKey: string) => answer === undefined || isMentioned(answer, ratingKey)
          return couldHaveChanged(write, { resource: resourceOfKey(key), mentions })
        })
      }
      // A picture or label of an item does not create a collection; the scope handles its own listings.
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

/** An item that appeared during a job has no stamp from its start, so its stamp is taken from its own answer. */
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
