import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { JobDetail, Safety } from '../../src/contract/api/api.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { useWatchedJob } from '../core/jobs/watch-job.ts'
import { safetyQuery } from '../core/queries.ts'
import { jobPath } from '../core/route.ts'
import { Action } from '../frame/action.tsx'
import { Button } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { JobGate } from '../ui/job-gate.tsx'
import { Link } from '../ui/link.tsx'
import { asProblem, Problem, Skeleton } from '../ui/notes.tsx'
import { SafetyRecords } from './safety-records.tsx'
import { Verdict } from './verdict.tsx'
import './safety-screen.css'

export function SafetyScreen({ jobId }: { jobId: string }) {
  return <JobGate query={useWatchedJob(jobId)}>{(job) => <SafetyOf job={job} />}</JobGate>
}

/** How often the numbers of a running job are refreshed. */
const whileItRunsMs = 5_000

function SafetyOf({ job }: { job: JobDetail }) {
  const over = isOver(job.status)
  const query = useQuery({ ...safetyQuery(job.id), refetchInterval: over ? false : whileItRunsMs })
  const { refetch } = query
  // biome-ignore lint/correctness/useExhaustiveDependencies: the proof is complete when the job has ended.
  useEffect(() => void refetch(), [over, refetch])
  return (
    <div className="screen safety">
      <header>
        <h1>Safety</h1>
        <p className="muted one-line" dir="auto">
          {job.title}
        </p>
      </header>
      {query.isError && !query.data && (
        <Problem problem={asProblem(query.error)} action={<Button onClick={() => void refetch()}>Try again</Button>} />
      )}
      {!query.data && !query.isError && <Skeleton height={240} width="100%" />}
      {query.data && (
        <>
          <Verdict safety={query.data} over={over} />
          <Checks checks={query.data.checks} over={over} />
          <SafetyRecords safety={query.data} />
        </>
      )}
      <Action>
        <Link className="button button-accent" href={jobPath(over ? 'compare' : 'run', job.id)}>
          {over ? 'Compare pictures' : 'Watch the run'}
        </Link>
      </Action>
    </div>
  )
}

const stateIcons: Record<Safety['overall'], IconName> = { pass: 'check', fail: 'cross', unchecked: 'info' }
const stateWords: Record<Safety['overall'], string> = {
  pass: 'Checked',
  fail: 'Something is wrong',
  unchecked: 'Not checked',
}

function Checks({ checks, over }: { checks: Safety['checks']; over: boolean }) {
  return (
    <ul className="checks" aria-label="Checks">
      {checks.map(({ id, state, title, detail }) => {
        const waits = !over && state === 'unchecked'
        return (
          <li key={id} className={`check ${waits ? 'check-waits' : `check-${state}`}`}>
            <span className="check-sign">
              <Icon name={waits ? 'clock' : stateIcons[state]} />
            </span>
            <div>
              <h2>{title}</h2>
              {!waits && <p className="muted">{detail}</p>}
            </div>
            <span className="check-word">{waits ? 'At the end' : stateWords[state]}</span>
          </li>
        )
      })}
    </ul>
  )
}
