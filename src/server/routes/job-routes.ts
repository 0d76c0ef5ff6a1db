import { RequestProblem } from '../http/request-problem.ts'
import type { Handlers } from '../http/router.ts'
import { rerunJob } from '../jobs/start/rerun-job.ts'
import { startJob } from '../jobs/start/start-job.ts'
import { isInUse } from '../jobs/store/job-store.ts'
import type { JobRecord } from '../jobs/store/studio-job-record.ts'
import { limits } from '../limits.ts'
import { createJobReader } from './job-reader.ts'
import type { StudioParts } from './studio-parts.ts'

type Names = 'listJobs' | 'startJob' | 'pruneJobs' | 'getJob' | 'updateJob' | 'deleteJob' | 'cancelJob' | 'rerunJob'

/** The Run and Jobs screens. */
export function jobRoutes(parts: StudioParts): Handlers<Names> {
  const { store, runner, connections } = parts
  const { required, entry, detail } = createJobReader(parts)
  return {
    async listJobs() {
      await store.scan()
      const jobs = store.list().toSorted(byUrgency(runner.queuePlace)).slice(0, limits.maxListedJobs).map(entry)
      return { jobs, bytes: store.list().reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    async startJob({ body }) {
      // The job uses the config's file and its Plex as they are now.
      await connections.refresh()
      return detail(await startJob(body, connections.required(), parts.start))
    },
    pruneJobs: () => parts.prune(),
    async getJob({ params }) {
      if (!store.find(params.jobId)) await store.scan()
      return detail(required(params.jobId))
    },
    async updateJob({ params, body }) {
      const record = { ...required(params.jobId), keep: body.keep }
      await store.save(record)
      return entry(record)
    },
    async deleteJob({ params }) {
      await deleteJob(required(params.jobId), parts)
      return undefined
    },
    cancelJob: async ({ params }) => entry(await runner.cancel(required(params.jobId).id)),
    rerunJob: async ({ params, body }) => detail(await rerunJob(required(params.jobId), body, parts.start)),
  }
}

async function deleteJob(record: JobRecord, { store, runner }: StudioParts): Promise<void> {
  if (record.status === 'running' || record.status === 'queued' || runner.stream(record.id)) {
    throw new RequestProblem(409, 'JOB_ACTIVE', 'This job has not ended yet.', { hint: 'Cancel it first.' })
  }
  try {
    await store.remove(record.id)
  } catch (error) {
    if (!isInUse(error)) throw error
    throw new RequestProblem(409, 'JOB_ACTIVE', 'The command line is running this job.', {
      hint: 'Wait until it has ended.',
    })
  }
}

/** Running jobs first, then those that wait, in their order, then the newest. */
function byUrgency(placeOf: (id: string) => number | null) {
  const rank = (record: JobRecord) =>
    record.status === 'running' ? 0 : record.status === 'queued' ? (placeOf(record.id) ?? 1) : Number.MAX_SAFE_INTEGER
  return (a: JobRecord, b: JobRecord) => rank(a) - rank(b) || (a.createdAt < b.createdAt ? 1 : -1)
}
