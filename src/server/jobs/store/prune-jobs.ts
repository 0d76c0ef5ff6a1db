import type { StudioSettings } from '../../../contract/api/api-jobs.ts'
import type { JobRecord } from './studio-job-record.ts'

const dayMs = 24 * 3_600_000

/**
 * Jobs that go by these settings, the oldest first. What is kept, runs or waits never does. `now` is null while the clock
 * is not believed: then none goes by its age.
 */
export function prunableJobs(records: readonly JobRecord[], settings: StudioSettings, now: number | null): JobRecord[] {
  const ended = records
    .filter(({ keep, status }) => !keep && status !== 'running' && status !== 'queued')
    .toSorted((a, b) => timeOf(a) - timeOf(b))
  const { maxAgeDays, maxJobs, maxBytes } = settings
  let count = records.length
  let bytes = records.reduce((sum, record) => sum + record.bytes, 0)
  const gone: JobRecord[] = []
  for (const record of ended) {
    const tooOld = maxAgeDays > 0 && now !== null && now - timeOf(record) > maxAgeDays * dayMs
    const tooMany = maxJobs > 0 && count > maxJobs
    const tooLarge = maxBytes > 0 && bytes > maxBytes
    if (!tooOld && !tooMany && !tooLarge) continue
    gone.push(record)
    count -= 1
    bytes -= record.bytes
  }
  return gone
}

/** The newest time that a record bears, in ms since 1970; 0 without any. */
export const newestTime = (records: readonly JobRecord[]): number => Math.max(0, ...records.map(timeOf))

const timeOf = ({ endedAt, createdAt }: JobRecord): number => Date.parse(endedAt ?? createdAt)
