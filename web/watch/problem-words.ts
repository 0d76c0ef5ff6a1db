import type { JobDetail, StudioTarget } from '../../src/contract/api/api.ts'
import { list } from '../core/format.ts'
import type { Tone } from '../ui/tone.ts'

/** How many titles one reason names. */
const namedTitles = 5

export interface ProblemNote {
  tone: Tone
  lines: string[]
}

type Job = Pick<JobDetail, 'status' | 'problems' | 'targets'>

/**
 * Why the job is not a success: the worst first, and each reason once with its items. Items that a cancelled job has
 * not drawn are not a problem.
 */
export function problemNotes(job: Job): ProblemNote[] {
  const lines: Record<Tone, Set<string>> = { bad: new Set(), warn: new Set(), plain: new Set(), good: new Set() }
  for (const problem of job.problems) {
    const targets = job.targets.filter(({ reason }) => reason !== null && problem.endsWith(`: ${reason}`))
    const [target] = targets.toSorted((a, b) => (b.reason?.length ?? 0) - (a.reason?.length ?? 0))
    if (!target) {
      if (!isConsequence(problem, job)) lines[job.status === 'failed' ? 'bad' : 'warn'].add(problem)
      continue
    }
    const tone = toneOf(target)
    // A reason that stopped the whole job is not repeated for each item.
    if (tone === null || job.problems.includes(target.reason ?? '')) continue
    const same = targets.filter(({ reason }) => reason === target.reason)
    lines[tone].add(`${listTitles(same)}: ${target.reason}`)
  }
  return (['bad', 'warn', 'plain'] as const).flatMap((tone) =>
    lines[tone].size > 0 ? [{ tone, lines: [...lines[tone]] }] : [],
  )
}

function listTitles(targets: readonly StudioTarget[]): string {
  const named = targets.slice(0, namedTitles).map(({ title }) => title)
  const more = targets.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : list(named)
}

/** null when the job ended before it reached this item: the job's own status says so. */
function toneOf({ outcome }: StudioTarget): Tone | null {
  if (outcome === 'cancelled' || outcome === 'interrupted') return null
  return outcome === 'error' ? 'bad' : outcome === 'untouched' ? 'plain' : 'warn'
}

/** Whether a problem of the whole job only repeats what its status or its items already say. */
function isConsequence(problem: string, { status, targets }: Job): boolean {
  if (status === 'cancelled' || status === 'interrupted') return problem === wasCancelled || problem === noPicture
  return problem === noPicture && targets.every(({ outcome }) => outcome === 'untouched')
}

/** The server's own words in `summary.problems`. */
const wasCancelled = 'The run was cancelled.'
const noPicture = 'No picture of any target came.'
