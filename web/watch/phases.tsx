import type { JobDetail, JobPhase } from '../../src/contract/api/api.ts'
import { phases as phaseWords } from '../../src/contract/events.ts'
import { duration, elapsed } from '../core/format.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { useIsAway } from '../core/online.ts'
import { Ring } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useNow } from './use-now.ts'
import './phases.css'

type PhaseName = JobPhase['phase']
const order = Object.keys(phaseWords) as PhaseName[]

/** The phases of a job from top to bottom: done, running, still to come. */
export function Phases({ job }: { job: JobDetail }) {
  const over = isOver(job.status)
  const away = useIsAway()
  const now = useNow(job.status === 'running' && !away)
  const ahead = over ? [] : order.filter((name) => !job.phases.some(({ phase }) => phase === name))
  // A cancelled job has not failed.
  const stop = job.status === 'failed' ? 'failed' : 'ended'
  return (
    <ol className="phases" aria-label="Phases">
      {job.phases.map((phase) => (
        <Phase
          key={phase.startedAt}
          phase={phase}
          now={now}
          stopped={over && phase.phase === job.stoppedIn ? stop : null}
          running={!over && phase.durationMs === null}
          away={away}
        />
      ))}
      {ahead.map((name) => (
        <li key={name} className="phase phase-ahead">
          <span className="phase-dot" />
          <span className="phase-name">{phaseWords[name]}</span>
        </li>
      ))}
    </ol>
  )
}

interface PhaseProps {
  phase: JobPhase
  now: number
  running: boolean
  /** The server is gone, so that nobody knows whether the job still runs. */
  away: boolean
  /** How the job ended early; null when it did not. */
  stopped: 'failed' | 'ended' | null
}

const stopIcons = { failed: 'cross', ended: 'stop' } as const
const stopWords = { failed: 'failed here', ended: 'ended here' } as const

function Phase({ phase, now, running, away, stopped }: PhaseProps) {
  const { done, total, title, durationMs, startedAt } = phase
  const counted = total || done
  const time = durationMs ?? Math.max(0, now - Date.parse(startedAt))
  return (
    <li
      className="phase"
      data-running={running || undefined}
      data-stopped={stopped || undefined}
      aria-current={running ? 'step' : undefined}
    >
      <span className="phase-dot">
        {running && !away ? (
          <Ring size={20} />
        ) : (
          <Icon name={stopped ? stopIcons[stopped] : running ? 'clock' : 'check'} size={14} />
        )}
      </span>
      <span className="phase-name">
        {phaseWords[phase.phase]}
        {running && <span className="hidden-text"> – {away ? 'no news' : 'runs now'}</span>}
        {stopped && <span className="hidden-text"> – {stopWords[stopped]}</span>}
      </span>
      <span className="phase-time muted">
        {running ? elapsed(time) : `${counted > 1 ? `${counted} in ` : ''}${duration(time)}`}
      </span>
      {running && (total > 0 || done > 0) && (
        <span className="phase-more muted">
          <span className="phase-count">{total > 0 ? `${done} / ${total}` : done}</span>
          {title && (
            <span className="one-line" dir="auto">
              {title}
            </span>
          )}
        </span>
      )}
      {running && total > 0 && (
        <progress className="phase-bar" max={total} value={done} aria-label={phaseWords[phase.phase]} />
      )}
    </li>
  )
}
