/** Lets a bounded number of jobs run at the same time, in the order in which they arrived. */
export interface Turns {
  /** Runs the job when it has its turn; rejects at once when too many wait already. */
  run<T>(job: (turn: Turn) => Promise<T>): Promise<T>
}

/** What a job has while it runs. */
export interface Turn {
  /**
   * Waits for work that is not the job's own. When it takes longer than `patienceMs`, `whenLong` is called and another
   * job gets the place; this job goes on when a place is free, before jobs that have not begun. So a stuck sender
   * never keeps others waiting.
   */
  wait<T>(work: Promise<T>, whenLong?: () => Promise<void>): Promise<T>
}

export interface TurnLimits {
  maxRunning: number
  /** Most jobs that wait and have not begun. */
  maxWaiting: number
  patienceMs: number
}

export function createTurns({ maxRunning, maxWaiting, patienceMs }: TurnLimits): Turns {
  let running = 0
  const waiting: (() => void)[] = []
  /** Jobs that have begun, and wait for a place again. */
  const returning: (() => void)[] = []

  function take(queue: (() => void)[]): Promise<void> {
    if (running >= maxRunning) return new Promise((resolve) => queue.push(resolve))
    running += 1
    return Promise.resolve()
  }

  /** A job that leaves hands its place over, so that no later job can take it. */
  function leave(): void {
    const next = returning.shift() ?? waiting.shift()
    if (next) next()
    else running -= 1
  }

  const turn: Turn = {
    async wait(work, whenLong) {
      if (await isDoneWithin(work, patienceMs)) return work
      await whenLong?.()
      leave()
      try {
        return await work
      } finally {
        await take(returning)
      }
    },
  }

  return {
    async run(job) {
      if (running >= maxRunning && waiting.length >= maxWaiting) {
        throw new Error(`more than ${maxWaiting} uploads wait to be written`)
      }
      await take(waiting)
      try {
        return await job(turn)
      } finally {
        leave()
      }
    },
  }
}

async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const done = Promise.allSettled([work]).then(() => true)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const result = await Promise.race([done, late])
  clearTimeout(timer)
  return result
}
