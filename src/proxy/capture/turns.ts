/** Lets a bounded number of jobs work at once, in the order in which they came. */
export interface Turns {
  /** Runs the job when its turn comes; rejects at once when too many wait already. */
  run<T>(job: () => Promise<T>): Promise<T>
}

export function createTurns(maxRunning: number, maxWaiting: number): Turns {
  let running = 0
  const waiting: (() => void)[] = []

  async function take(): Promise<void> {
    if (running < maxRunning) {
      running += 1
      return
    }
    if (waiting.length >= maxWaiting) throw new Error(`more than ${maxWaiting} uploads wait to be written`)
    // The one that leaves hands its place over, so nobody who comes later can take it.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  return {
    async run(job) {
      await take()
      try {
        return await job()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
