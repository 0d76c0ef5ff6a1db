import type { JobDetail } from '../../src/contract/api/api.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { jobPath } from '../core/route.ts'
import { Action } from '../frame/action.tsx'
import { Link } from '../ui/link.tsx'
import { RerunButton } from '../ui/rerun-button.tsx'

/** After looking at the results, the next step is an edit. */
export function CompareAction({ job }: { job: JobDetail }) {
  return (
    <Action>
      {!isOver(job.status) ? (
        <Link className="button button-accent" href={jobPath('run', job.id)}>
          Watch the run
        </Link>
      ) : job.canRerun ? (
        <RerunButton job={job} />
      ) : (
        <Link className="button button-accent" href="/choose">
          New preview
        </Link>
      )}
    </Action>
  )
}
