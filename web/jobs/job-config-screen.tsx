import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { ProblemList } from '../connect/problem-list.tsx'
import { useConfigCheck } from '../connect/use-config-check.ts'
import { setJobDraft, useJobDraft } from '../core/draft/draft.ts'
import { useRerun } from '../core/jobs/job-actions.ts'
import { jobConfigQuery, jobQuery } from '../core/queries.ts'
import { Action } from '../frame/action.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { asProblem, Problem, Skeleton } from '../ui/notes.tsx'
import './job-config-screen.css'

const ConfigEditor = lazy(() => import('../editor/config-editor.tsx'))

/** Shows the config that a job ran with. An edit of it starts a new job for the same items. */
export function JobConfigScreen({ jobId }: { jobId: string }) {
  const config = useQuery(jobConfigQuery(jobId))
  const job = useQuery(jobQuery(jobId)).data
  const rerun = useRerun()
  const text = useJobDraft(jobId)
  const setText = (next: string | null) => setJobDraft(jobId, next === config.data?.text ? null : next)
  const [place, setPlace] = useState<{ line: number } | null>(null)
  const edited = text !== null && text !== config.data?.text
  const { check, checking } = useConfigCheck(edited ? text : null, jobId)
  const canRerun = job?.canRerun === true

  if (config.isError && !config.data) {
    return (
      <div className="screen">
        <Problem
          problem={asProblem(config.error)}
          action={
            <Link className="button button-plain" href="/jobs">
              Back to the jobs
            </Link>
          }
        />
      </div>
    )
  }
  const start = () => rerun.mutate({ jobId, use: 'job', ...(edited ? { configText: text } : {}) })
  return (
    <div className="job-config">
      <header className="job-config-head">
        <div className="job-config-title">
          <h1 className="one-line" dir="auto">
            {config.data?.name ?? 'Config'}
          </h1>
          <p className="muted one-line" dir="auto">
            {job ? `What “${job.title}” ran with` : ' '}
          </p>
        </div>
        {edited && <Badge tone="warn">edited</Badge>}
        {checking && <span className="muted">Checking…</span>}
        {edited && (
          <Button kind="quiet" icon="restore" onClick={() => setText(null)}>
            Undo my edits
          </Button>
        )}
      </header>
      {check && check.problems.length > 0 && (
        <div className="job-config-problems">
          <ProblemList problems={check.problems} onGoTo={(line) => setPlace({ line })} />
        </div>
      )}
      <div className="job-config-editor">
        {config.data ? (
          <Suspense fallback={<Skeleton height={320} width="100%" />}>
            <ConfigEditor
              label="Config of the job"
              text={text ?? config.data.text}
              problems={check?.problems ?? []}
              place={place}
              {...(canRerun ? { onText: setText } : {})}
            />
          </Suspense>
        ) : (
          <Skeleton height={320} width="100%" />
        )}
      </div>
      <Action>
        {canRerun ? (
          <Button
            kind="accent"
            icon="restore"
            busy={rerun.isPending}
            disabled={check !== null && !check.usable}
            onClick={start}
          >
            {edited ? 'Run with edits' : 'Run again with this config'}
          </Button>
        ) : (
          <Link className="button button-accent" href="/jobs">
            Back to the jobs
          </Link>
        )}
      </Action>
    </div>
  )
}
