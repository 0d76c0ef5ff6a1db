import type { SteadyClock } from '../../../util/time/steady-clock.ts'
import { limits } from '../../limits.ts'
import { jobBytes } from '../files/job-files.ts'
import type { ReadSummary } from '../files/read-summary.ts'
import { closePhase } from '../journal/job-state.ts'
import type { JobStore } from '../store/job-store.ts'
import type { Differences } from '../view/differences.ts'
import { digestOf, pairOf, summaryTargets } from '../view/job-view.ts'
import type { LiveJob } from './live-jobs.ts'
import type { JobEnd } from './run-live-job.ts'

export interface FinishDeps {
  store: JobStore
  readSummary: ReadSummary
  differences: Differences
}

/** Writes how a job ended, and tells every window. `clock` is the clock of its run; null for a job that never ran. */
export async function recordEnd(
  { id, stream }: LiveJob,
  { status, problem }: JobEnd,
  clock: SteadyClock | null,
  { store, readSummary }: FinishDeps,
): Promise<void> {
  const files = store.filesOf(id)
  const endMs = clock?.nowMs() ?? null
  if (endMs !== null) closePhase(stream.state, endMs)
  const file = await readSummary(files)
  const startedAt = store.find(id)?.startedAt
  const ended = {
    status,
    problem,
    endedAt: new Date().toISOString(),
    durationMs: startedAt == null || endMs === null ? null : Math.round(endMs - Date.parse(startedAt)),
    phases: stream.state.phases,
    bytes: await jobBytes(files),
    summaryAt: file?.writtenAt ?? null,
  }
  const known = store.find(id)
  const digest = file && known ? digestOf(known, file.summary) : {}
  stream.emit({ type: 'status', status, queuePlace: null })
  stream.emit({ type: 'end', status })
  await store.update(id, { ...ended, ...digest, lastEventId: stream.lastId })
}

/**
 * Compares before and after of each target, one after the other, and tells each share. The next job may run meanwhile.
 */
export async function compareAll(
  { id, stream }: LiveJob,
  { store, readSummary, differences }: FinishDeps,
  signal: AbortSignal,
): Promise<void> {
  const job = store.filesOf(id)
  const file = await readSummary(job)
  let record = store.find(id)
  if (!file || !record) return
  const { summary } = file
  for (const target of summaryTargets(record, summary)) {
    if (!target.before || !target.after || target.difference !== null) continue
    if (Object.keys(record.differences).length >= limits.maxDifferencesCached) break
    const share = await differences.share({ job, summary, state: stream.state }, target, signal)
    const now = store.find(id)
    // Somebody has removed the job.
    if (!now) return
    if (share === null) continue
    const pictures = pairOf(target.before, target.after)
    record = { ...now, differences: { ...now.differences, [target.id]: { pictures, share } } }
    const told = summaryTargets(record, summary).find((one) => one.id === target.id)
    if (told) stream.emit({ type: 'target', target: told })
    await store.save({ ...record, ...digestOf(record, summary) })
  }
}
