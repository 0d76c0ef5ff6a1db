import { jobBytes } from '../files/job-files.ts'
import { readEvents } from '../journal/job-journal.ts'
import { replay } from '../journal/job-state.ts'
import { createJobStream } from '../journal/job-stream.ts'
import type { JournalPast } from '../journal/journal-past.ts'
import type { JobStore } from './job-store.ts'

export const interruptedProblem = {
  code: 'CANCELLED' as const,
  message: 'Kometa Preview was closed before the job ended.',
  hint: 'Run it again. The pictures that were there by then are kept.',
  details: [],
}

/** Marks the jobs that an earlier process left running or queued as interrupted. Their captures stay. */
export async function markInterrupted(
  store: JobStore,
  past: JournalPast,
  onFailure: (error: unknown) => void,
): Promise<void> {
  for (const record of store.list()) {
    if (record.origin !== 'studio' || (record.status !== 'running' && record.status !== 'queued')) continue
    const job = store.filesOf(record.id)
    const events = await readEvents(job)
    const lastId = await past.lastId(job)
    using stream = createJobStream({ job, past, lastId, onFailure })
    stream.emit({ type: 'status', status: 'interrupted', queuePlace: null })
    stream.emit({ type: 'end', status: 'interrupted' })
    const { phases, captures } = replay(events)
    const pictures = captures.map(({ image }) => image).slice(0, 4)
    await store.save({
      ...record,
      status: 'interrupted',
      problem: interruptedProblem,
      endedAt: record.startedAt === null ? null : new Date().toISOString(),
      phases,
      pictures,
      bytes: await jobBytes(job),
      lastEventId: stream.lastId,
    })
  }
}
