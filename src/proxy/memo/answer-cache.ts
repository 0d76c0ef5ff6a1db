/**
 * Keeps answers by key; identical questions at the same time share one. A failure is told to all who wait and then
 * forgotten.
 */
export interface AnswerCache<Answer> {
  get(key: string, ask: () => Promise<Answer>): Promise<Answer>
  /** The answer if it is there already. */
  peek(key: string): Answer | undefined
  /**
   * Forgets what the predicate names, also what is still being asked: its answer then reaches those who wait, and is
   * not kept.
   */
  drop(isStale: (key: string, answer: Answer | undefined, askedAtMs: number) => boolean): void
  /**
   * As `drop`, but what is known already is only put aside: `restore` brings back what was not asked for again since.
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
  /** False for an answer that must not be kept: an error of Plex. */
  isKept(answer: Answer): boolean
  /** Milliseconds since 1970; default the machine's clock. */
  now?(): number
  /** Called for each answer that is let go. */
  onDrop?(answer: Answer): void
}

interface Entry<Answer> {
  promise: Promise<Answer>
  answer?: Answer
  bytes: number
  askedAtMs: number
  /** Not to be given until `restore`. */
  aside: boolean
}

/** A bounded cache; past a limit the answer that was used longest ago goes. */
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
      // What is still being asked has waiters and no size yet.
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
        // What is still being asked may be answered before or after: it is kept for nobody.
        if (entry.answer === undefined) forget(key, entry)
        else entry.aside = true
      }
    },
    restore() {
      for (const entry of entries.values()) entry.aside = false
    },
  }
}
