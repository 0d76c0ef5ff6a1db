import { mkdir, rm } from 'node:fs/promises'
import type { ScopedAnswer } from '../scope/answer-listing.ts'
import { createListingCache } from '../scope/scope.ts'
import { type AnswerCache, createAnswerCache } from './answer-cache.ts'
import { type Collections, createCollectionCache } from './collection-lookup.ts'
import { targetOfKey } from './memo-key.ts'
import type { RememberedAnswer } from './recording-reply.ts'
import { type BelievedWrite, couldHaveChanged, isReusable, type Stamps, touchesCollections } from './stale.ts'

export interface MemoLimits {
  maxAnswers: number
  /** Texts in memory, together. */
  maxTextBytes: number
  /** Pictures on disk, together. */
  maxImageBytes: number
}

const memoLimits: MemoLimits = {
  maxAnswers: 10_000,
  maxTextBytes: 32 * 1024 * 1024,
  maxImageBytes: 1024 * 1024 * 1024,
}

/** What is remembered of one Plex server: for one job, or handed from job to job. */
export interface MemoStore extends AsyncDisposable {
  readonly texts: AnswerCache<RememberedAnswer>
  readonly images: AnswerCache<RememberedAnswer>
  readonly listings: AnswerCache<ScopedAnswer>
  readonly collections: AnswerCache<Collections | null>
  /** Where pictures are kept; 0700. */
  readonly folder: string
  /** Items that answers are about: their stamps are needed to reuse those in the next job. */
  items(): string[]
  /**
   * Begins a job: what may not be reused in it is forgotten. `fresh`: everything. Call before anything is read through the store,
   * with the server's stamps of this moment.
   */
  beginJob(stamps: Stamps, options?: { fresh?: boolean }): void
  wrote(write: BelievedWrite): void
}

/** Makes a store that keeps pictures in `folder`, which it creates and, when disposed of, removes. */
export async function createMemoStore(
  folder: string,
  options: { limits?: Partial<MemoLimits>; now?: () => number } = {},
): Promise<MemoStore> {
  const limits = { ...memoLimits, ...options.limits }
  const now = options.now ?? Date.now
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let stamps: Stamps = { sections: new Map(), items: new Map() }
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
      return [...keys]
    },
    beginJob(current, { fresh = false } = {}) {
      const before = stamps
      stamps = current
      const keeps = (key: string, askedAtMs: number): boolean => {
        const target = targetOfKey(key)
        // Lists of artwork must be read anew: what they list may be asked for in this job only.
        if (/\/(?:posters|arts|banners|clearLogos|squareArts|themes)$/.test(target.split('?', 1)[0] ?? '')) return false
        return isReusable(target, now() - askedAtMs, before, current)
      }
      const goes = (key: string, _answer: unknown, askedAtMs: number) => fresh || !keeps(key, askedAtMs)
      for (const cache of both) cache.drop(goes)
      listings.drop(goes)
      collections.drop(goes)
    },
    wrote(write) {
      for (const cache of both) {
        cache.drop((key, answer) => {
          const mentions = (ratingKey: string) => answer === undefined || isMentioned(answer, ratingKey)
          return couldHaveChanged(write, { target: targetOfKey(key), mentions })
        })
      }
      // A picture or a label of an item makes no collection; the scope sees to its own listings.
      if (touchesCollections(write)) collections.drop(() => true)
    },
    async [Symbol.asyncDispose]() {
      texts.drop(() => true)
      await rm(folder, { recursive: true, force: true })
    },
  }
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
