/** The number of parts that a wait is cut into. */
const parts = 8
/** If a part ends later than this, at least, this process counts as having been paused. */
const lateMs = 50

export interface IdleTimer {
  /** Starts the wait again. Must be called in `onIdle` too if `onIdle` is to be called again. */
  refresh(): void
  stop(): void
}

/**
 * Calls `onIdle` when nothing has refreshed the timer within the timeout. Only time in which this process ran counts:
 * after a pause (SIGSTOP, a frozen container) a single timer would expire before the data that arrived meanwhile is
 * read, and the peer would wrongly be called silent.
 */
export function createIdleTimer(timeoutMs: number, onIdle: () => void): IdleTimer {
  const partMs = timeoutMs / parts
  const maxPartMs = partMs + Math.max(partMs, lateMs)
  let left = parts
  let countedAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const stoodStill = now - countedAt > maxPartMs
    countedAt = now
    if (!stoodStill) left -= 1
    if (left > 0) return
    onIdle()
    if (left <= 0) clearInterval(timer)
  }, partMs)
  return {
    refresh() {
      left = parts
    },
    stop: () => clearInterval(timer),
  }
}
