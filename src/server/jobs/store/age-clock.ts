import { z } from 'zod'
import type { JsonFile } from '../../json-file.ts'

const hourMs = 3_600_000
/** For this time after a jump nothing is removed for its age, so that somebody may notice and correct the clock. */
const holdMs = hourMs
/** A larger difference between two looks at the clock is a jump. The network sets a clock in smaller steps. */
const jumpMs = 5 * 60_000
/** At the start the difference may be larger, since the studio may have been off for a while. */
const startJumpMs = 2 * hourMs

export const seenTimeSchema = z.object({ seenAtMs: z.number().nonnegative() })
export type SeenTime = z.infer<typeof seenTimeSchema>

export interface AgeClock {
  /** The time now, in ms since 1970; null while nothing may be removed for its age. */
  now(): number | null
}

export interface AgeClockOptions {
  /** The newest time that was trusted. */
  seen: JsonFile<SeenTime>
  /** The newest time in our own records; 0 if there are none. */
  newestRecordMs(): number
  onFailure(error: unknown): void
  /** The clock that can be set, in ms since 1970. */
  wallMs?: () => number
  /** A clock that nobody can set, in ms since some moment. */
  runningMs?: () => number
}

/**
 * A clock for deleting by age. On a machine whose clock is 45 days ahead, every preview would be too old. So the clock
 * is compared with the last trusted time, our own records and a clock that nobody can set, and a jump stops deletion
 * for an hour.
 */
export function createAgeClock(options: AgeClockOptions): AgeClock {
  const { seen, newestRecordMs, onFailure, wallMs = Date.now, runningMs = () => performance.now() } = options
  let last: { wall: number; running: number } | null = null
  let heldUntil = Number.NEGATIVE_INFINITY
  return {
    now() {
      const wall = wallMs()
      const running = runningMs()
      const evidence = Math.max(seen.get().seenAtMs, newestRecordMs())
      const off = last === null ? wall - evidence : wall - (last.wall + running - last.running)
      // Without any evidence there are no records, and nothing to delete.
      if (evidence > 0 && Math.abs(off) > (last === null ? startJumpMs : jumpMs)) heldUntil = running + holdMs
      last = { wall, running }
      if (running < heldUntil) return null
      seen.set({ seenAtMs: wall }).catch(onFailure)
      return wall
    },
  }
}
