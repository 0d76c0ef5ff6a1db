import type { StudioLogLine } from '../../../src/contract/api/api.ts'
import { call } from '../api.ts'
import { createStore, type Store } from '../store.ts'

/** How many lines of one job a window holds. Older ones are read again when somebody scrolls to them. */
const maxLines = 60_000
/** How many jobs' lines a window holds. */
const maxJobs = 4

export interface JobLog {
  /** In order, each line once. */
  lines: readonly StudioLogLine[]
  /** Whether older lines exist. */
  more: boolean
}

const logs = new Map<string, Store<JobLog>>()

export function jobLog(jobId: string): Store<JobLog> {
  const known = logs.get(jobId)
  if (known) return known
  const made = createStore<JobLog>({ lines: [], more: true })
  logs.set(jobId, made)
  for (const oldest of logs.keys()) if (logs.size > maxJobs && oldest !== jobId) logs.delete(oldest)
  return made
}

export function addLogLines(jobId: string, lines: readonly StudioLogLine[]): void {
  jobLog(jobId).set((log) => {
    const merged = merge(log.lines, lines)
    return merged.length > maxLines ? { lines: merged.slice(-maxLines), more: true } : { ...log, lines: merged }
  })
}

/** Reads the newest lines, or those before the first held line. */
export async function loadLogLines(jobId: string, which: 'newest' | 'older', signal?: AbortSignal): Promise<void> {
  const first = jobLog(jobId).get().lines[0]
  const before = which === 'older' && first ? { before: first.n } : {}
  const reply = await call('getLogLines', {
    params: { jobId },
    query: { ...before, limit: 2_000 },
    ...(signal ? { signal } : {}),
  })
  jobLog(jobId).set((log) => ({ lines: merge(log.lines, reply.lines), more: reply.more }))
}

function merge(held: readonly StudioLogLine[], come: readonly StudioLogLine[]): readonly StudioLogLine[] {
  const last = held.at(-1)
  if (!last || come.length === 0) return come.length === 0 ? held : come
  const first = come[0]
  if (first && first.n > last.n) return [...held, ...come]
  const byNumber = new Map([...held, ...come].map((line) => [line.n, line]))
  return [...byNumber.values()].sort((a, b) => a.n - b.n)
}
