/** Into how many parts a wait is cut. */
const parts = 8
/** A part may end so much late, at least, before this process counts as one that stood still. */
const lateMs = 50

export interface IdleTimer {
  /** Something came: the wait begins again. In `onIdle` too, else that was its only call. */
  refresh(): void
  stop(): void
}

/**
 * Calls `onIdle` when nothing has refreshed it for so long. Only the time in which this process ran counts: after a
 * pause (SIGSTOP, a frozen container) a single timer would be due before what came meanwhile is read, and a peer that
 * did its part would be called silent.
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
