import { mkdir, rm } from 'node:fs/promises'
import type { ScopedAnswer } from '../scope/answer-listing.ts'
import { createListingCache } from '../scope/scope.ts'
import { type AnswerCache, createAnswerCache } from './answer-cache.ts'
import { type Collections, createCollectionCache } from './collection-lookup.ts'
import { targetOfKey } from './memo-key.ts'
import type { RememberedAnswer } from './remembering-reply.ts'
import { type BelievedWrite, couldHaveChanged, isReusable, type Stamps, touchesCollections } from './stale.ts'

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
  /** Items that answers are about, at most `maxStampedItems`: their stamps are needed to reuse those in the next job. */
  items(): string[]
  /**
   * Begins a job: what may not be reused in it is forgotten. `fresh`: everything. Call before anything is read through the store,
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
      // One that is being read stays until the folder goes.
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
      const collect = (key: string): boolean => {
        const path = /^\/library\/metadata\/([\d,]+)/.exec(key)?.[1]
        for (const item of path?.split(',') ?? []) keys.add(item)
        return false
      }
      for (const cache of both) cache.drop(collect)
      // Those that were used last are the likeliest to be read again.
      return [...keys].slice(-limits.maxStampedItems)
    },
    beginJob(current, { fresh = false } = {}) {
      const before = { ...stamps, items: new Map([...stampsWithin(texts), ...stamps.items]) }
      stamps = current
      const keeps = (key: string, askedAtMs: number): boolean => {
        return isReusable(targetOfKey(key), now() - askedAtMs, before, current)
      }
      const goes = (key: string, _answer: unknown, askedAtMs: number) => fresh || !keeps(key, askedAtMs)
      for (const cache of [...both, listings, collections]) {
        // Put aside because of what Kometa believed it wrote: Plex never heard of that.
        cache.restore()
        cache.drop(goes)
      }
    },
    wrote(write) {
      for (const cache of both) {
        cache.putAside((key, answer) => {
          const mentions = (ratingKey: string) => answer === undefined || isMentioned(answer, ratingKey)
          return couldHaveChanged(write, { target: targetOfKey(key), mentions })
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

/** Items that turned up while a job ran have no stamp of its start: their own answers bear one. */
function stampsWithin(texts: AnswerCache<RememberedAnswer>): Map<string, string> {
  const stamps = new Map<string, string>()
  texts.drop((key, answer) => {
    const item = /^\/library\/metadata\/(\d+)$/.exec(targetOfKey(key).split('?', 1)[0] ?? '')?.[1]
    if (item === undefined || answer?.body.kind !== 'memory') return false
    const [tag = ''] =
      /<(?:Video|Directory|Track)\s[^>]*/.exec(answer.body.bytes.toString('latin1', 0, maxTagBytes)) ?? []
    const stamp = /\supdatedAt="(\d{1,15})"/.exec(tag)?.[1]
    if (stamp !== undefined && tag.includes(` ratingKey="${item}"`)) stamps.set(item, stamp)
    return false
  })
  return stamps
}

/** An item's own tag begins and mostly ends within this; a longer one has no stamp, and is asked for again. */
const maxTagBytes = 64 * 1024

function isMentioned({ body }: RememberedAnswer, ratingKey: string): boolean {
  if (body.kind === 'file') return false
  return [
    `ratingKey="${ratingKey}"`,
    `"ratingKey":"${ratingKey}"`,
    `/library/metadata/${ratingKey}/`,
    `/library/metadata/${ratingKey}"`,
  ].some((text) => body.bytes.includes(text))
}
