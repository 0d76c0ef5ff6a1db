import type { StudioSettings } from '../../../contract/api/api-jobs.ts'
import type { JsonFile } from '../../json-file.ts'
import type { AgeClock } from './age-clock.ts'
import { isGone, isInUse, type JobStore } from './job-store.ts'
import type { JobRecord } from './studio-job-record.ts'

const dayMs = 24 * 3_600_000

/** Removes the jobs that the settings no longer allow. */
export type Prune = () => Promise<{ removed: string[]; bytes: number }>

export interface PrunerDeps {
  store: JobStore
  settings: JsonFile<StudioSettings>
  ages: AgeClock
  /** Whether a job waits, runs, or has its pictures compared. */
  isLive(id: string): boolean
  onFailure(error: unknown): void
}

export function createPruner({ store, settings, ages, isLive, onFailure }: PrunerDeps): Prune {
  return async () => {
    const ours = store.list().filter(({ id }) => store.isOurs(id))
    const removed: JobRecord[] = []
    for (const record of prunableJobs(ours, settings.get(), ages.now())) {
      if (isLive(record.id)) continue
      try {
        await store.remove(record.id)
        removed.push(record)
      } catch (error) {
        // A job that somebody has just removed is no failure; one that the command line runs again is removed next
        // time.
        if (!isInUse(error) && !isGone(error)) onFailure(error)
      }
    }
    return { removed: removed.map(({ id }) => id), bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) }
  }
}

/**
 * The jobs that the settings no longer allow, the oldest first. A job that is marked to be kept, runs or waits is never
 * among them. `now` is null while the clock cannot be trusted: then no job is removed for its age.
 */
export function prunableJobs(records: readonly JobRecord[], settings: StudioSettings, now: number | null): JobRecord[] {
  const ended = records
    .filter(({ keep, status }) => !keep && status !== 'running' && status !== 'queued')
    .toSorted((a, b) => timeOf(a) - timeOf(b))
  const { maxAgeDays, maxJobs, maxBytes } = settings
  let count = records.length
  let bytes = records.reduce((sum, record) => sum + record.bytes, 0)
  const prunable: JobRecord[] = []
  for (const record of ended) {
    const tooOld = maxAgeDays > 0 && now !== null && now - timeOf(record) > maxAgeDays * dayMs
    const tooMany = maxJobs > 0 && count > maxJobs
    const tooLarge = maxBytes > 0 && bytes > maxBytes
    if (!tooOld && !tooMany && !tooLarge) continue
    prunable.push(record)
    count -= 1
    bytes -= record.bytes
  }
  return prunable
}

/** The newest time in any record, in ms since 1970; 0 if there is no record. */
export const newestTime = (records: readonly JobRecord[]): number => Math.max(0, ...records.map(timeOf))

const timeOf = ({ endedAt, createdAt }: JobRecord): number => Date.parse(endedAt ?? createdAt)
