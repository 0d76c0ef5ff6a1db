import type { JobDetail } from '../../src/contract/api/api.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { jobPath } from '../core/route.ts'
import { Action } from '../frame/action.tsx'
import { Link } from '../ui/link.tsx'
import { RerunButton } from '../ui/rerun-button.tsx'

/** After looking comes the next edit and the next look. */
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
