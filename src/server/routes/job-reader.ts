import type { JobDetail, JobEntry } from '../../contract/api/api-jobs.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { noSuchJob } from '../http/request-problem.ts'
import type { ShownSummary } from '../jobs/files/read-summary.ts'
import type { JobState } from '../jobs/journal/job-state.ts'
import type { JobRecord } from '../jobs/store/studio-job-record.ts'
import { toDetail, toEntry } from '../jobs/view/job-view.ts'
import type { StudioParts } from './studio-parts.ts'

/** Everything that is known of one job: its files, its summary, and what its events have told. */
export interface KnownJob {
  job: Beneath
  state: JobState
  lastEventId: number
  summary: ShownSummary | null
}

/** What all routes of jobs ask about a job. */
export interface JobReader {
  /** Throws NOT_FOUND. */
  required(jobId: string): JobRecord
  entry(record: JobRecord): JobEntry
  detail(record: JobRecord): Promise<JobDetail>
  known(record: JobRecord): Promise<KnownJob>
}

export function createJobReader({ store, runner, start, readSummary }: StudioParts): JobReader {
  const factsOf = ({ id }: JobRecord) => ({
    queuePlace: runner.queuePlace(id),
    secretsKeptUntil: start.trust.vault.keptUntil(store.dirOf(id)),
  })
  const known = async (record: JobRecord): Promise<KnownJob> => {
    const job = store.filesOf(record.id)
    // While a job runs again in its folder, the summary there is that of the run before.
    const isActive = record.status === 'running' || record.status === 'queued'
    const summary = isActive ? null : ((await readSummary(job))?.summary ?? null)
    // A summary says all that the events say, so the events are read only where there is no summary.
    const { state, lastEventId } = await runner.stateOf(record, summary === null)
    return { job, state, lastEventId, summary }
  }
  return {
    required(jobId) {
      const record = store.find(jobId)
      if (record) return record
      throw noSuchJob()
    },
    entry: (record) => toEntry(record, factsOf(record)),
    async detail(record) {
      const { state, lastEventId, summary } = await known(record)
      return toDetail({ record, facts: factsOf(record), summary, state, lastEventId, folder: store.dirOf(record.id) })
    },
    known,
  }
}
