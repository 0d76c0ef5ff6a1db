/** A clock that asks for the time once and then only runs on, whatever the machine's clock is set to meanwhile. */
export interface SteadyClock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** The same as ISO 8601, UTC. */
  stamp(): string
}

/** For times whose differences are shown as durations. */
export function createSteadyClock(): SteadyClock {
  const offsetMs = Date.now() - performance.now()
  const nowMs = () => offsetMs + performance.now()
  return { nowMs, stamp: () => new Date(nowMs()).toISOString() }
}
