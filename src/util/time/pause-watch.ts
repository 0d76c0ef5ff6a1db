/** How often this process looks whether it runs. */
const lookMs = 1_000
/** For so long after a pause nobody is late: what came meanwhile is still being read. */
const graceMs = 10_000

export interface PauseWatch extends Disposable {
  /**
   * Whether this process stood still a moment ago (SIGSTOP, a frozen container): what is overdue then is no peer's
   * fault.
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
    // Asked by a timer that may be due before the one above.
    stoodStill: () => look() - lastPauseAt < graceMs,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
