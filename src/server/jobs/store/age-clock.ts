import { z } from 'zod'
import type { JsonFile } from '../../json-file.ts'

const hourMs = 3_600_000
/** For so long after a jump nothing goes by age: somebody may notice, and set the clock right. */
const holdMs = hourMs
/** What a clock may be off from the last look at it: a clock that is set by the network moves by less. */
const jumpMs = 5 * 60_000
/** Between the last look of the studio before and its next start, it may have been off for a while. */
const startJumpMs = 2 * hourMs

export const seenTimeSchema = z.object({ seenAtMs: z.number().nonnegative() })
export type SeenTime = z.infer<typeof seenTimeSchema>

export interface AgeClock {
  /** The time to measure ages against, in ms since 1970; null while nothing may go by age. */
  now(): number | null
}

export interface AgeClockOptions {
  /** The newest time that an earlier look took for true. */
  seen: JsonFile<SeenTime>
  /** The newest time that our own records bear; 0 without any. */
  newestRecordMs(): number
  onFailure(error: unknown): void
  /** ms since 1970; it may be set. */
  wallMs?: () => number
  /** ms since some moment; it only runs on. */
  runningMs?: () => number
}

/**
 * A clock for deleting by age. A machine whose clock is 45 days ahead would find every preview too old: the clock is compared
 * with the newest evidence there is (the last look at it, our own records, the time that ran since), and a jump holds
 * deletion for an hour.
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
      // Without any evidence there is nothing to delete either.
      if (evidence > 0 && Math.abs(off) > (last === null ? startJumpMs : jumpMs)) heldUntil = running + holdMs
      last = { wall, running }
      if (running < heldUntil) return null
      seen.set({ seenAtMs: wall }).catch(onFailure)
      return wall
    },
  }
}
