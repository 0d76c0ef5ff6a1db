import type { ImageRef } from '../../../contract/api/api-common.ts'
import type { JobDetail, JobPhase, Outcome, StudioTarget } from '../../../contract/api/api-jobs.ts'
import type { TargetResult } from '../../../contract/summary.ts'
import { noPictureCame, targetProblems } from '../../../run/summary/judge-job.ts'
import type { ShownSummary } from '../files/read-summary.ts'
import type { JobRecord } from '../store/studio-job-record.ts'

/** Two encodings of one picture differ in a few pixels. Below this share nobody sees a difference. */
const unchangedBelow = 0.0002

/** The outcome of a target of a finished job. */
export function outcomeOf(
  { status, fault, log_lines: lines, missing_because: because }: TargetResult,
  record: JobRecord,
  summary: ShownSummary,
  before: ImageRef | null,
  after: ImageRef | null,
  difference: number | null,
): Outcome {
  if (fault) return 'error'
  if (status === 'incomplete') return 'incomplete'
  if (status === 'missing' && because) {
    if (because === 'cancelled' && record.status === 'interrupted') return 'interrupted'
    return because === 'doubtful' ? 'missing' : because
  }
  // A summary of an earlier version does not say why: with log lines, or in a failed run, it is an error.
  if (status === 'missing') return lines.length > 0 || summary.status === 'failed' ? 'error' : 'missing'
  const same = before !== null && before.sha256 === after?.sha256
  return same || (difference !== null && difference < unchangedBelow) ? 'unchanged' : 'changed'
}

/** The outcome of a target without a picture, in a job without a summary. */
export function whyNotDrawn({ status, problem }: JobRecord): Pick<StudioTarget, 'outcome' | 'reason'> {
  if (status === 'running' || status === 'queued') return { outcome: 'pending', reason: null }
  if (status === 'cancelled')
    return { outcome: 'cancelled', reason: 'The job was cancelled before this target was drawn.' }
  if (status === 'interrupted') {
    return { outcome: 'interrupted', reason: 'Kometa Preview was closed before this target was drawn.' }
  }
  return { outcome: 'error', reason: problem?.message ?? null }
}

/** The phase in which a job stopped. It is never `results`, since results are collected after every end of Kometa. */
export function stoppedIn(
  record: JobRecord,
  summary: ShownSummary | null,
  phases: readonly JobPhase[],
): JobDetail['stoppedIn'] {
  const { status, onlyUntouched } = record
  if (status === 'queued' || status === 'running' || status === 'success' || status === 'partial') return null
  if (onlyUntouched) return null
  const reached = phases.map(({ phase }) => phase).filter((phase) => summary === null || phase !== 'results')
  const broken = status === 'failed' ? (summary?.kometa_runs ?? []).map(({ stopped_in: phase }) => phase) : []
  return reached.find((phase) => broken.includes(phase)) ?? reached.at(-1) ?? null
}

/** Whether all problems of a job are targets on which Kometa draws nothing, as in a real run. */
export function isOnlyUntouched({ status, problems, targets }: ShownSummary): boolean {
  if (status !== 'partial' && status !== 'failed') return false
  const untouched = targets.filter(({ missing_because: because }) => because === 'untouched')
  const said = new Set([noPictureCame, ...targetProblems(untouched)])
  return untouched.length > 0 && problems.every((problem) => said.has(problem))
}
