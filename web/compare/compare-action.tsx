import type { JobDetail } from '../../src/contract/api.ts'
import { useRerun } from '../core/job-actions.ts'
import { isOver } from '../core/job-words.ts'
import { jobPath } from '../core/route.ts'
import { Action } from '../frame/action.tsx'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'

/** After looking comes the next edit and the next look. */
export function CompareAction({ job }: { job: JobDetail }) {
  const rerun = useRerun()
  return (
    <Action>
      {!isOver(job.status) ? (
        <Link className="button button-accent" href={jobPath('run', job.id)}>
          Watch the run
        </Link>
      ) : job.canRerun ? (
        <Button
          kind="accent"
          icon="restore"
          busy={rerun.isPending}
          title="With your config and overlay files as they are now"
          onClick={() => rerun.mutate({ jobId: job.id })}
        >
          Run again
        </Button>
      ) : (
        <Link className="button button-accent" href="/choose">
          New preview
        </Link>
      )}
    </Action>
  )
}
