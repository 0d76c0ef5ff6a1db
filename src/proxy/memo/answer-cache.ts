/**
 * Keeps answers by key; identical queries at the same time share one answer. A failure reaches everyone who waits and
 * is then forgotten.
 */
export interface AnswerCache<Answer> {
  get(key: string, ask: () => Promise<Answer>): Promise<Answer>
  /** The answer if it has already arrived. */
  peek(key: string): Answer | undefined
  /**
   * Forgets the answers for which the predicate is true. If an answer has not arrived yet, it still reaches those who
   * wait, but is not kept.
   */
  drop(isStale: (key: string, answer: Answer | undefined, askedAtMs: number) => boolean): void
  /**
   * Like `drop`, but hides known answers until `restore`. `restore` brings back those that were not asked for again.
   */
  putAside(isStale: (key: string, answer: Answer | undefined) => boolean): void
  restore(): void
  readonly size: number
  readonly bytes: number
}

export interface AnswerCacheOptions<Answer> {
  maxEntries: number
  maxBytes: number
  bytesOf(answer: Answer): number
  /** False for an answer that must not be kept, such as an error of Plex. */
  isKept(answer: Answer): boolean
  /** The current time in milliseconds; by default `performance.now()`. */
  now?(): number
  /** Called for each answer that is removed or not kept after `drop`. */
  onDrop?(answer: Answer): void
}

interface Entry<Answer> {
  promise: Promise<Answer>
  answer?: Answer
  bytes: number
  askedAtMs: number
  /** True if the answer must not be used until `restore`. */
  aside: boolean
}

/** A bounded cache; past a limit, the answer that was not used for the longest time is removed. */
export function createAnswerCache<Answer>(options: AnswerCacheOptions<Answer>): AnswerCache<Answer> {
  const entries = new Map<string, Entry<Answer>>()
  const now = options.now ?? (() => performance.now())
  let bytes = 0

  function forget(key: string, entry: Entry<Answer>): void {
    if (entries.get(key) !== entry) return
    entries.delete(key)
    bytes -= entry.bytes
    if (entry.answer !== undefined) options.onDrop?.(entry.answer)
  }

  function makeRoom(): void {
    for (const [key, entry] of entries) {
      if (bytes <= options.maxBytes && entries.size <= options.maxEntries) return
      // An unfinished entry has waiters and no size yet, so it stays.
      if (entry.answer !== undefined) forget(key, entry)
    }
  }

  return {
    get size() {
      return entries.size
    },
    get bytes() {
      return bytes
    },
    get(key, ask) {
      const known = entries.get(key)
      if (known !== undefined && !known.aside) {
        entries.delete(key)
        entries.set(key, known)
        return known.promise
      }
      if (known !== undefined) forget(key, known)
      const entry: Entry<Answer> = { promise: ask(), bytes: 0, askedAtMs: now(), aside: false }
      entries.set(key, entry)
      entry.promise = entry.promise.then(
        (answer) => {
          if (entries.get(key) !== entry) {
            options.onDrop?.(answer)
          } else if (options.isKept(answer)) {
            entry.answer = answer
            entry.bytes = options.bytesOf(answer)
            bytes += entry.bytes
            makeRoom()
          } else {
            entries.delete(key)
          }
          return answer
        },
        (error: unknown) => {
          if (entries.get(key) === entry) entries.delete(key)
          throw error
        },
      )
      return entry.promise
    },
    peek(key) {
      const entry = entries.get(key)
      return entry?.aside === false ? entry.answer : undefined
    },
    drop(isStale) {
      for (const [key, entry] of entries) if (isStale(key, entry.answer, entry.askedAtMs)) forget(key, entry)
    },
    putAside(isStale) {
      for (const [key, entry] of entries) {
        if (!isStale(key, entry.answer)) continue
        // An unfinished answer may come from before or after the write, so it is not kept.
        if (entry.answer === undefined) forget(key, entry)
        else entry.aside = true
      }
    },
    restore() {
      for (const entry of entries.values()) entry.aside = false
    },
  }
}
