import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'

/** Runs so many tasks at once; of those that wait the newest goes first, since it is what a scrolling reader sees. */
export interface NewestFirst {
  /** Rejects with the signal's reason when it is aborted before its turn. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
  readonly waiting: number
}

export function createNewestFirst(atOnce: number): NewestFirst {
  const waiting: { begin(): void }[] = []
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
        const turn = {
          begin() {
            signal.removeEventListener('abort', cancel)
            resolve()
          },
        }
        const cancel = () => {
          const at = waiting.indexOf(turn)
          if (at >= 0) waiting.splice(at, 1)
          reject(signal.reason)
        }
        waiting.push(turn)
        // One signal may end many that wait: Node's warning of a leak is for those that never go.
        setMaxListeners(Math.max(getMaxListeners(signal), waiting.length + defaultMaxListeners), signal)
        signal.addEventListener('abort', cancel, { once: true })
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
