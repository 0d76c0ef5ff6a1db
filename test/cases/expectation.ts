import { expect } from 'vitest'
import type { DoctorReport } from '../../src/contract/doctor.ts'
import type { Summary, TargetResult } from '../../src/contract/summary.ts'

/** The right result for one target, as far as the case is about it. */
export interface TargetExpectation {
  status?: TargetResult['status']
  reason?: RegExp
  overlays?: readonly string[]
  base?: TargetResult['base_used']
  /** Each must match some part of what the summary says about this target. */
  said?: readonly RegExp[]
  /** None of these may match. */
  unsaid?: readonly RegExp[]
}

/** The right result for one case, according to its notes. Several subjects may each contribute a part. */
export interface CaseExpectation {
  /** The exit code of `run`. */
  exit?: 0 | 1 | 2
  status?: Summary['status']
  /** For exit code 2: message and hint, as printed. */
  error?: readonly RegExp[]
  /** Each must match the report that `run` prints. */
  report?: readonly RegExp[]
  /** None of these may match. */
  unreported?: readonly RegExp[]
  /** Each must match a warning of the summary. */
  warnings?: readonly RegExp[]
  /** None of these may match. */
  notWarned?: readonly RegExp[]
  problems?: readonly RegExp[]
  targets?: Readonly<Record<string, TargetExpectation>>
  /** Each must match a line of `doctor`. */
  doctor?: readonly RegExp[]
  /** The preview must have kept exactly what Plex gets in a direct run. Only checked with the real Kometa. */
  asDirect?: boolean
  /** The same, but it needs the Kometa checkout with its Python and its default files. */
  withKometa?: Omit<CaseExpectation, 'withKometa' | 'asDirect'>
  /** Checks that the other fields cannot express. */
  check?: (outcome: CaseOutcome) => void
}

export interface CaseOutcome {
  exitCode: number
  /** null if nothing was started. */
  summary: Summary | null
  /** What `run` prints at its end, or its error. */
  report: string
  doctor: DoctorReport
}

/** Fails for each part that differs from the expectation. */
export function checkCase(wanted: CaseExpectation, outcome: CaseOutcome): void {
  const { summary, report } = outcome
  const warnings = summary?.warnings ?? []
  if (wanted.exit !== undefined) expect(outcome.exitCode, `exit code; the report is:\n${report}`).toBe(wanted.exit)
  if (wanted.status !== undefined) expect(summary?.status, report).toBe(wanted.status)
  if (wanted.error) expect(summary, 'nothing was started').toBeNull()
  for (const words of [...(wanted.error ?? []), ...(wanted.report ?? [])]) expect(report).toMatch(words)
  for (const words of wanted.unreported ?? []) expect(report).not.toMatch(words)
  for (const words of wanted.warnings ?? []) expect(warnings, 'warnings').toContainEqual(expect.stringMatching(words))
  for (const words of wanted.notWarned ?? [])
    expect(warnings, 'warnings').not.toContainEqual(expect.stringMatching(words))
  for (const words of wanted.problems ?? [])
    expect(summary?.problems, 'problems').toContainEqual(expect.stringMatching(words))
  for (const [key, target] of Object.entries(wanted.targets ?? {})) checkTarget(key, target, outcome)
  const lines = outcome.doctor.checks.map(({ status, label, detail, fix }) => `${status} ${label}: ${detail} ${fix}`)
  for (const words of wanted.doctor ?? []) expect(lines, 'doctor').toContainEqual(expect.stringMatching(words))
  wanted.check?.(outcome)
}

function checkTarget(key: string, wanted: TargetExpectation, { summary, report }: CaseOutcome): void {
  const found = summary?.targets.find((target) => target.rating_key === key)
  if (!found) throw new Error(`target ${key} is not in the summary:\n${report}`)
  if (wanted.status !== undefined) expect(found.status, `status of ${key}`).toBe(wanted.status)
  if (wanted.reason) expect(found.reason ?? '', `reason of ${key}`).toMatch(wanted.reason)
  if (wanted.overlays) expect(found.overlays_applied, `overlays of ${key}`).toEqual(wanted.overlays)
  if (wanted.base !== undefined) expect(found.base_used, `base of ${key}`).toBe(wanted.base)
  const { log_lines: _log, before: _before, after: _after, ...own } = found
  const said = JSON.stringify(own, null, 1)
  for (const words of wanted.said ?? []) expect(said, `what is said of ${key}`).toMatch(words)
  for (const words of wanted.unsaid ?? []) expect(said, `what is said of ${key}`).not.toMatch(words)
}
