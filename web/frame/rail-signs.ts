import type { Connection, JobEntry, KometaState, Safety } from '../../src/contract/api/api.ts'
import { isOver, jobState } from '../core/jobs/job-words.ts'
import type { IconName } from '../ui/icon-paths.ts'
import type { Tone } from '../ui/tone.ts'

/** The sign beside a step of the rail. It is never better than the worst thing on the step's screen. */
export interface StepSign {
  tone: Tone
  icon: IconName
  /** For a screen reader. */
  words: string
}

const hasProblem: StepSign = { tone: 'bad', icon: 'warning', words: 'has a problem' }

export function connectSign(
  connection: Connection,
  kometa: KometaState['state'] | undefined,
  /** Problems that the last check-up found. */
  doctorProblems: number,
): StepSign {
  const { usable, problems, servers, libraries } = connection
  const isBad =
    !usable ||
    kometa === 'problem' ||
    doctorProblems > 0 ||
    problems.some(({ severity }) => severity === 'error') ||
    servers.some(({ problem }) => problem !== null) ||
    // A library without overlays takes no part in a preview.
    libraries.some((one) => one.problem !== null && (one.overlayFiles.length > 0 || one.removeOverlays))
  return isBad ? hasProblem : { tone: 'good', icon: 'check', words: 'connected' }
}

const jobIcons: Record<Tone, IconName> = { good: 'check', bad: 'cross', warn: 'warning', plain: 'stop' }

/** null while the job runs or waits: the rail shows that in another way. */
export function runSign(job: Pick<JobEntry, 'status' | 'counts' | 'onlyUntouched' | 'faultCount'>): StepSign | null {
  if (!isOver(job.status)) return null
  const { tone, words } = jobState(job)
  return { tone, icon: jobIcons[tone], words: words.toLowerCase() }
}

export function safetySign({ overall, checks }: Pick<Safety, 'overall' | 'checks'>): StepSign {
  if (overall === 'fail' || checks.some(({ state }) => state === 'fail')) {
    return { tone: 'bad', icon: 'cross', words: 'something is wrong' }
  }
  if (overall === 'pass' && checks.every(({ state }) => state === 'pass')) {
    return { tone: 'good', icon: 'check', words: 'everything checked' }
  }
  return { tone: 'warn', icon: 'info', words: 'not everything checked' }
}
