/** A clock that reads the time of the machine once and then only counts on, even when that time is changed. */
export interface SteadyClock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** The time as ISO 8601, UTC. */
  stamp(): string
}

/** Makes a clock for times whose differences are shown as durations. */
export function createSteadyClock(): SteadyClock {
  const offsetMs = Date.now() - performance.now()
  const nowMs = () => offsetMs + performance.now()
  return { nowMs, stamp: () => new Date(nowMs()).toISOString() }
}
