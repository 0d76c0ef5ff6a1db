/** Runs so many tasks at once; of those that wait the newest goes first, since it is what a scrolling reader sees. */
export interface NewestFirst {
  /** Rejects with the signal's reason when it is aborted before its turn. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
  readonly waiting: number
}

export function createNewestFirst(atOnce: number): NewestFirst {
  const waiting: { begin: () => void; cancel: (reason: unknown) => void }[] = []
  let running = 0

  const next = () => {
    if (running >= atOnce) return
    const turn = waiting.pop()
    if (!turn) return
    running += 1
    turn.begin()
  }

  return {
    get waiting() {
      return waiting.length
    },
    async run(task, signal) {
      signal.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        const turn = { begin: resolve, cancel: reject }
        waiting.push(turn)
        signal.addEventListener(
          'abort',
          () => {
            const at = waiting.indexOf(turn)
            if (at < 0) return
            waiting.splice(at, 1)
            reject(signal.reason)
          },
          { once: true },
        )
        next()
      })
      try {
        return await task()
      } finally {
        running -= 1
        next()
      }
    },
  }
}
