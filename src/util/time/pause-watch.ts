/** How often this process checks whether it was paused. */
const lookMs = 1_000
/**
 * For this time after a pause no peer counts as late, because data that arrived during the pause is still being read.
 */
const graceMs = 10_000

export interface PauseWatch extends Disposable {
  /**
   * Tells whether this process was paused a moment ago (SIGSTOP, a frozen container). Delays are then not the fault of
   * a peer.
   */
  stoodStill(): boolean
}

export function createPauseWatch(): PauseWatch {
  let lookedAt = performance.now()
  let lastPauseAt = Number.NEGATIVE_INFINITY
  const look = () => {
    const now = performance.now()
    if (now - lookedAt > 2 * lookMs) lastPauseAt = now
    lookedAt = now
    return now
  }
  const timer = setInterval(look, lookMs).unref()
  return {
    // Checks again, because the timer that calls this may fire before the interval above.
    stoodStill: () => look() - lastPauseAt < graceMs,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
