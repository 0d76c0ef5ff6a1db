import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'

/**
 * Limits the tasks that run at the same time. The newest task goes first, since it is what a user who scrolls looks at.
 */
export interface NewestFirst {
  /** Rejects with the signal's reason if the signal is aborted before the task starts. */
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
        // Many waiting tasks may share one signal, which Node would report as a leak.
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
