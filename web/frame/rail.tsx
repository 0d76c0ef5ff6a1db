import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { JobEntry } from '../../src/contract/api/api.ts'
import { doctorReport } from '../connect/doctor-report.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { useIsAway } from '../core/online.ts'
import { connectionQuery, safetyQuery, stateQuery } from '../core/queries.ts'
import { jobPath, type Route, type Screen } from '../core/route.ts'
import { selection } from '../core/selection.ts'
import { useStore } from '../core/store.ts'
import { Ring } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { useCurrentJob } from './current-job.ts'
import { connectSign, runSign, type StepSign, safetySign } from './rail-signs.ts'
import './rail.css'

/** The steps through the studio, each with its state. */
export function Rail({ route }: { route: Route }) {
  const job = useCurrentJob(route.jobId) ?? null
  const chosen = useStore(selection).length
  const jobs = useQuery(stateQuery).data?.jobs
  const total = jobs?.total ?? 0
  const path = (screen: 'run' | 'compare' | 'safety') => (job ? jobPath(screen, job.id) : `/${screen}`)
  const step = (screen: Screen, words: string, icon: IconName, href: string, sign: ReactNode) => (
    <li>
      <Link href={href} className="step" aria-current={isOn(route, screen) ? 'page' : undefined}>
        <Icon name={icon} size={20} />
        <span className="step-words">{words}</span>
        <span className="step-sign">{sign}</span>
      </Link>
    </li>
  )
  return (
    <nav className="rail" aria-label="Steps">
      <ol>
        {step('connect', 'Connect', 'plug', '/connect', <ConnectSign />)}
        {step('choose', 'Choose', 'grid', '/choose', chosen > 0 && <Count n={chosen} what="chosen" />)}
        {step('run', 'Run', 'play', path('run'), <RunSign job={job} />)}
        {step('compare', 'Compare', 'compare', path('compare'), <CompareSign job={job} />)}
        {step('safety', 'Safety', 'shield', path('safety'), job && isOver(job.status) && <SafetySign jobId={job.id} />)}
        {step('jobs', 'Jobs', 'clock', '/jobs', total > 0 && <Count n={total} what="in all" />)}
      </ol>
    </nav>
  )
}

const isOn = (route: Route, screen: Screen) =>
  route.screen === screen || (route.screen === 'config' && screen === 'jobs')

const Count = ({ n, what }: { n: number; what: string }) => (
  <span className="step-count">
    {n > 999 ? '999+' : n} <span className="hidden-text">{what}</span>
  </span>
)

function Sign({ tone, icon, words }: StepSign) {
  return (
    <span className={`sign sign-${tone}`}>
      <Icon name={icon} />
      <span className="hidden-text">{words}</span>
    </span>
  )
}

function ConnectSign() {
  const connection = useQuery(connectionQuery).data?.connection
  const kometa = useQuery(stateQuery).data?.kometa.state
  const doctor = useStore(doctorReport)
  if (!connection) return null
  const found = doctor?.connectionId === connection.id ? doctor.report.problems : 0
  return <Sign {...connectSign(connection, kometa, found)} />
}

function RunSign({ job }: { job: JobEntry | null }) {
  const away = useIsAway()
  if (job && !isOver(job.status) && away) return <Sign tone="plain" icon="clock" words="no news" />
  if (job?.status === 'running')
    return (
      <span className="sign sign-run">
        <Ring />
        <span className="hidden-text">running</span>
      </span>
    )
  if (job?.status === 'queued') return <Count n={job.queuePlace ?? 1} what="in the queue" />
  const sign = job && runSign(job)
  return sign && <Sign {...sign} />
}

function CompareSign({ job }: { job: JobEntry | null }) {
  if (!job || !isOver(job.status)) return null
  const pictures = job.counts.changed + job.counts.unchanged
  return pictures > 0 ? <Count n={pictures} what="pictures" /> : null
}

function SafetySign({ jobId }: { jobId: string }) {
  const safety = useQuery({ ...safetyQuery(jobId), staleTime: 60_000 }).data
  return safety ? <Sign {...safetySign(safety)} /> : null
}
