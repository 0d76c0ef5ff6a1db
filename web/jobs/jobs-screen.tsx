import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { JobEntry } from '../../src/contract/api/api.ts'
import { bytes, count } from '../core/format.ts'
import { jobsQuery } from '../core/queries.ts'
import { Action } from '../frame/action.tsx'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { asProblem, Empty, Problem, Skeleton } from '../ui/notes.tsx'
import { CleanUpDialog } from './clean-up-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { JobRow } from './job-row.tsx'
import './jobs-screen.css'

/** Lists every preview that still exists. */
export function JobsScreen() {
  const jobs = useQuery(jobsQuery)
  const [cleaning, setCleaning] = useState(false)
  const [deleting, setDeleting] = useState<JobEntry | null>(null)
  const all = jobs.data?.jobs ?? []
  return (
    <div className="screen jobs">
      <header className="jobs-head">
        <div>
          <h1>Jobs</h1>
          {jobs.data && (
            <p className="muted">
              {count(all.length, 'job')} · {bytes(jobs.data.bytes)}
            </p>
          )}
        </div>
        <Button icon="gear" onClick={() => setCleaning(true)}>
          Clean-up
        </Button>
      </header>
      {jobs.isError && !jobs.data && (
        <Problem
          problem={asProblem(jobs.error)}
          action={<Button onClick={() => void jobs.refetch()}>Try again</Button>}
        />
      )}
      {jobs.isPending && (
        <div className="job-list" aria-busy="true">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} height={104} width="100%" />
          ))}
        </div>
      )}
      {jobs.data && all.length === 0 && (
        <Empty icon="clock" title="No jobs yet">
          <p>Each preview is kept here with its pictures, its config and its log.</p>
          <Link className="button button-plain" href="/choose">
            Choose posters
          </Link>
        </Empty>
      )}
      {all.length > 0 && (
        <ul className="job-list">
          {all.map((job) => (
            <JobRow key={job.id} job={job} onDelete={setDeleting} />
          ))}
        </ul>
      )}
      {cleaning && <CleanUpDialog onClose={() => setCleaning(false)} />}
      {deleting && <DeleteDialog job={deleting} onClose={() => setDeleting(null)} />}
      <Action>
        <Link className="button button-accent" href="/choose">
          New preview
        </Link>
      </Action>
    </div>
  )
}
