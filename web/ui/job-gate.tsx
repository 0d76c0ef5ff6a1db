import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { JobDetail } from '../../src/contract/api/api.ts'
import { ApiError } from '../core/api.ts'
import { Button } from './button.tsx'
import { Link } from './link.tsx'
import { asProblem, Empty, Problem, Skeleton } from './notes.tsx'

/** Stands in for a job's screen while the job is loading, when it no longer exists, and when it cannot be read. */
export function JobGate({
  query,
  children,
}: {
  query: UseQueryResult<JobDetail>
  children: (job: JobDetail) => ReactNode
}) {
  if (query.data) return children(query.data)
  if (query.error instanceof ApiError && query.error.status === 404) {
    return (
      <Empty alone icon="clock" title="This job is gone">
        <p>It was deleted, or made room for newer ones.</p>
        <Link className="button button-plain" href="/jobs">
          Show all jobs
        </Link>
      </Empty>
    )
  }
  if (query.error) {
    return (
      <div className="screen">
        <Problem
          problem={asProblem(query.error)}
          action={<Button onClick={() => void query.refetch()}>Try again</Button>}
        />
      </div>
    )
  }
  return (
    <div className="screen" aria-busy="true">
      <Skeleton height={28} width="280px" />
      <Skeleton height={320} width="100%" />
    </div>
  )
}
