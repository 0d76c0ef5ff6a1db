import type { JobDetail } from '../../src/contract/api/api.ts'
import { useWatchedJob } from '../core/jobs/watch-job.ts'
import { useLocation } from '../core/router.ts'
import { JobGate } from '../ui/job-gate.tsx'
import { CompareGrid } from './compare-grid.tsx'
import { TargetDetail } from './detail/target-detail.tsx'
import { useView } from './use-view.ts'
import { targetsOfView } from './view.ts'

export function CompareScreen({ jobId }: { jobId: string }) {
  return <JobGate query={useWatchedJob(jobId)}>{(job) => <Compare job={job} />}</JobGate>
}

/** The address says which: `?target=` is one pair of pictures, without it all of them. */
function Compare({ job }: { job: JobDetail }) {
  const { query } = useLocation()
  const view = useView()
  const id = query.get('target')
  const target = id === null ? undefined : job.targets.find((one) => one.id === id)
  if (!target) return <CompareGrid job={job} view={view} />
  // Next and previous go through what the grid shows; a link to a target that its filter hides goes through all.
  const shown = targetsOfView(job.targets, view)
  return <TargetDetail job={job} target={target} targets={shown.includes(target) ? shown : job.targets} />
}
