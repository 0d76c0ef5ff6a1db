import { AppError } from '../contract/errors.ts'
import type { Phase } from '../contract/events.ts'
import { createSteadyClock } from '../util/time/steady-clock.ts'
import type { JobRequest } from './inputs/request.ts'

/** The phases of one job, and how long each took. */
export interface Phases {
  /** ISO 8601, UTC. */
  startedAt: string
  /** Ends the phase before it and tells the listener. Throws CANCELLED for a cancelled job, which still has results. */
  enter(phase: Phase): void
  /** Whether the input has been checked and the job itself has begun. */
  haveBegun(): boolean
  /** Phase -> milliseconds up to now, and `total`. */
  durationsMs(): Record<string, number>
}

/** Durations come from a clock that nobody sets: the machine's own clock may jump while a job runs. */
export function createPhases({ signal, onEvent }: Pick<JobRequest, 'signal' | 'onEvent'>): Phases {
  const clock = createSteadyClock()
  const begin = performance.now()
  const durations = new Map<Phase, number>()
  let current: { phase: Phase; since: number } | null = null
  const addCurrent = (now: number): void => {
    if (current === null) return
    durations.set(current.phase, (durations.get(current.phase) ?? 0) + now - current.since)
    current = { ...current, since: now }
  }
  return {
    startedAt: clock.stamp(),
    enter(phase) {
      if (signal.aborted && phase !== 'results') throw new AppError('CANCELLED', 'cancelled')
      const now = performance.now()
      addCurrent(now)
      current = { phase, since: now }
      onEvent({ type: 'phase', phase, at: clock.stamp() })
    },
    haveBegun: () => current !== null && current.phase !== 'check',
    durationsMs() {
      const now = performance.now()
      addCurrent(now)
      const rounded = [...durations].map(([phase, durationMs]) => [phase, Math.round(durationMs)] as const)
      return { ...Object.fromEntries(rounded), total: Math.round(now - begin) }
    },
  }
}
