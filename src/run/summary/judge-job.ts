import type { RefusedRead } from '../../contract/records.ts'
import type { JobStatus, TargetResult } from '../../contract/summary.ts'

/** The problem of a job none of whose targets has a picture. */
export const noPictureCame = 'No picture of any target came.'

export interface JobFindings {
  cancelled: boolean
  /** Why Kometa's run is not whole, in words; see `kometaProblems`. */
  kometaProblems: readonly string[]
  targets: readonly Pick<TargetResult, 'id' | 'title' | 'status' | 'reason' | 'fault' | 'may_differ'>[]
  refusedReads: readonly RefusedRead[]
  /** The check after the run found that a narrowed search had left items out. */
  narrowedWrongly: boolean
  /** Records that did not fit into the lists. */
  dropped: number
}

/**
 * The job's status, from Kometa's log and the captures, never from Kometa's exit code (promise 9): cancelled before
 * failed before partial before success.
 */
export function judgeJob(findings: JobFindings): { status: JobStatus; problems: string[] } {
  const { targets } = findings
  const refusedReads = findings.refusedReads.filter(isKometas)
  const missing = targets.filter(({ status }) => status === 'missing')
  const problems = [...findings.kometaProblems]
  if (missing.length === targets.length) problems.push(noPictureCame)
  problems.push(...targetProblems(targets.filter(({ reason }) => !findings.kometaProblems.includes(reason ?? ''))))
  for (const { title, fault } of targets) if (fault) problems.push(`${title}: ${fault}`)
  problems.push(...mayDiffer(targets))
  if (refusedReads.length > 0) {
    const one = refusedReads.length === 1
    problems.push(
      `${refusedReads.length} ${one ? 'read' : 'reads'} of Kometa did not go through: badges may be missing.`,
    )
  }
  const [failed] = refusedReads.filter(({ outcome }) => outcome === 'failed')
  if (failed) problems.push(`Plex did not answer Kometa as it should: ${failed.reason}.`)
  if (findings.narrowedWrongly) {
    problems.push(
      'Plex answered a narrowed search differently from the whole one: badges may be missing (try --no-scope).',
    )
  }
  if (findings.dropped > 0) problems.push(`${findings.dropped} records are in the ledger only: there were too many.`)
  return { status: statusOf(findings, problems, missing.length === targets.length), problems }
}

/** This many titles are named for one reason. */
const namedTitles = 5

/** Why targets have no picture, or only a part of it. A reason that several targets share is said once. */
export function targetProblems(targets: JobFindings['targets']): string[] {
  const byReason = new Map<string, string[]>()
  for (const { title, status, reason } of targets) {
    if (status === 'exported') continue
    const words = reason ?? 'no picture came'
    byReason.set(words, [...(byReason.get(words) ?? []), title])
  }
  return [...byReason].map(([reason, titles]) => `${listTitles(titles)}: ${reason}`)
}

/** A job is no success if a real run may draw another picture. */
function mayDiffer(targets: JobFindings['targets']): string[] {
  const byCause = new Map<string, string[]>()
  for (const { title, may_differ: causes = [] } of targets)
    for (const cause of causes) byCause.set(cause, [...(byCause.get(cause) ?? []), title])
  return [...byCause].map(([cause, titles]) => `A real run may draw ${listTitles(titles)} otherwise: ${cause}`)
}

function listTitles(titles: readonly string[]): string {
  const more = titles.length - namedTitles
  return `${titles.slice(0, namedTitles).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A request without the job's token came from another process of this machine, so no badge is lost by it. */
export const isKometas = ({ status }: Pick<RefusedRead, 'status'>): boolean => status !== 401

function statusOf(
  { cancelled, kometaProblems }: JobFindings,
  problems: readonly string[],
  allMissing: boolean,
): JobStatus {
  if (cancelled) return 'cancelled'
  if (kometaProblems.length > 0 || allMissing) return 'failed'
  return problems.length > 0 ? 'partial' : 'success'
}
