import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { JobDetail } from '../../src/contract/api/api.ts'
import { ago, count, duration, elapsed } from '../core/format.ts'
import { useCancel } from '../core/jobs/job-actions.ts'
import { jobLog } from '../core/jobs/job-log.ts'
import { isOver, jobState, noNews } from '../core/jobs/job-words.ts'
import { useWatchedJob } from '../core/jobs/watch-job.ts'
import { useIsAway } from '../core/online.ts'
import { jobsQuery } from '../core/queries.ts'
import { jobPath } from '../core/route.ts'
import { setQuery, useLocation } from '../core/router.ts'
import { useStore } from '../core/store.ts'
import { Action } from '../frame/action.tsx'
import { announce } from '../ui/announce.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { JobGate } from '../ui/job-gate.tsx'
import { Link } from '../ui/link.tsx'
import { Note, Problem } from '../ui/notes.tsx'
import { RerunButton } from '../ui/rerun-button.tsx'
import { FaultNotes } from './fault-notes.tsx'
import { LogDrawer } from './log-drawer.tsx'
import { Phases } from './phases.tsx'
import { problemNotes } from './problem-words.ts'
import { RunPictures } from './run-pictures.tsx'
import { useNow } from './use-now.ts'
import './run-screen.css'

export function RunScreen({ jobId }: { jobId: string }) {
  return <JobGate query={useWatchedJob(jobId)}>{(job) => <Run job={job} />}</JobGate>
}

function Run({ job }: { job: JobDetail }) {
  const cancel = useCancel()
  const over = isOver(job.status)
  const { query } = useLocation()
  useAnnouncedStatus(job)

  return (
    <div className="run">
      <div className="run-body">
        <div className="run-inner">
          <header className="run-head">
            <div className="run-title">
              <h1 className="one-line" dir="auto" title={job.title}>
                {job.title}
              </h1>
              <RunFacts job={job} />
            </div>
            {!over && (
              <Button kind="danger" icon="cross" busy={cancel.isPending} onClick={() => cancel.mutate(job.id)}>
                Cancel
              </Button>
            )}
          </header>
          <RunNotes job={job} />
          <div className="run-columns">
            <Phases job={job} />
            <RunPictures job={job} />
          </div>
        </div>
      </div>
      <LogDrawer job={job} open={query.get('log')} item={query.get('item')} />
      <OpensAtTrouble job={job} />
      <RunAction job={job} />
    </div>
  )
}

/**
 * Opens the log at the error, once, when a job goes wrong while somebody watches it. Only an error that ended a library
 * or cost a picture counts, because Kometa logs an error for each default overlay that fits nothing.
 */
function OpensAtTrouble({ job }: { job: JobDetail }) {
  const { lines } = useStore(jobLog(job.id))
  const opened = useRef(isOver(job.status))
  const trouble =
    (job.status === 'failed' && job.problem === null) ||
    job.targets.some(({ outcome }) => outcome === 'error') ||
    (!isOver(job.status) && lines.slice(-newestLines).some(({ level }) => level === 'critical'))
  useEffect(() => {
    if (!trouble || opened.current) return
    opened.current = true
    setQuery({ log: 'error' }, { replace: true })
  }, [trouble])
  return null
}

/** More lines than one event brings. */
const newestLines = 2_000

function RunFacts({ job }: { job: JobDetail }) {
  const away = useIsAway()
  const now = useNow(!isOver(job.status) && !away)
  const { startedAt, durationMs, status } = job
  const state = away && !isOver(status) ? noNews : jobState(job)
  const time = durationMs ?? (startedAt ? Math.max(0, now - Date.parse(startedAt)) : null)
  return (
    <p className="run-facts muted">
      <Badge tone={state.tone}>{state.words}</Badge>
      <span>{count(job.targetCount, 'item')}</span>
      {time !== null && <span className="run-clock">{status === 'running' ? elapsed(time) : duration(time)}</span>}
      {isOver(status) && <span>{ago(job.endedAt ?? job.createdAt)}</span>}
      <span className="one-line">
        {job.config}
        {job.configEdited && ', edited'}
      </span>
    </p>
  )
}

/** Says in sentences what a person must know about this run. */
function RunNotes({ job }: { job: JobDetail }) {
  const running = useQuery(jobsQuery).data?.jobs.find(({ status }) => status === 'running')
  const problems = problemNotes(job)
  const notes = problems.length + job.warnings.length + job.faults.length + job.emptySearches.length
  if (job.status !== 'queued' && job.problem === null && notes === 0 && job.status !== 'interrupted') return null
  return (
    <div className="run-notes">
      {job.status === 'queued' && (
        <Note tone="plain" title={job.queuePlace === 1 ? 'Next in line' : `Number ${job.queuePlace} in line`}>
          <p>
            One preview runs at a time.{' '}
            {running && <Link href={jobPath('run', running.id)}>Watch the running preview</Link>}
          </p>
        </Note>
      )}
      {job.status === 'interrupted' ? (
        <Note tone="warn" title="Kometa Preview was closed while this ran">
          <p>The pictures drawn until then are here. Run the job again for the rest.</p>
        </Note>
      ) : (
        job.problem && <Problem problem={job.problem} />
      )}
      {problems.map(({ tone, lines }) => (
        <Note key={tone} tone={tone}>
          {lines.map((line) => (
            <p key={line} dir="auto" className="run-problem">
              {line}
            </p>
          ))}
        </Note>
      ))}
      <FaultNotes faults={job.faults} emptySearches={job.emptySearches} />
      {job.warnings.length > 0 && (
        <details className="fold">
          <summary>
            <span className="fold-title">{count(job.warnings.length, 'warning')}</span>
          </summary>
          <ul className="run-warnings">
            {job.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

function RunAction({ job }: { job: JobDetail }) {
  const pictures = job.targets.filter(({ after }) => after !== null).length
  if (isOver(job.status) && pictures === 0) {
    return (
      <Action>
        <RerunButton job={job} />
      </Action>
    )
  }
  return (
    <Action>
      {pictures > 0 ? (
        <Link className="button button-accent" href={jobPath('compare', job.id)}>
          Compare {pictures}
        </Link>
      ) : (
        <Button kind="accent" disabled>
          Compare
        </Button>
      )}
    </Action>
  )
}

/** Tells screen readers about each change once. */
function useAnnouncedStatus(job: JobDetail): void {
  const { status, title } = job
  const { words } = jobState(job)
  const last = useRef(status)
  useEffect(() => {
    if (last.current === status) return
    last.current = status
    announce(`${title}: ${words}`)
  }, [status, title, words])
}
