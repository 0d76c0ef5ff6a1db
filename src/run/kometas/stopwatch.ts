import { createSteadyClock } from '../../util/time/steady-clock.ts'

/** Measures phases by a clock that nobody sets; entering one ends the one before. */
export function createStopwatch() {
  const durations: Record<string, number> = {}
  const clock = createSteadyClock()
  const begin = performance.now()
  let phase: string | null = null
  let phaseStart = begin
  const close = () => {
    const now = performance.now()
    if (phase !== null) durations[phase] = Math.round((durations[phase] ?? 0) + now - phaseStart)
    phaseStart = now
  }
  return {
    startedAt: clock.stamp(),
    /** Now, for an event: between two of them lies what passed. */
    stamp: clock.stamp,
    enter(next: string) {
      if (next === phase) return
      close()
      phase = next
    },
    /** Phase -> milliseconds, up to now, and `total`. */
    durations(): Record<string, number> {
      close()
      return { ...durations, total: Math.round(performance.now() - begin) }
    },
  }
}
