import { createSteadyClock, type SteadyClock } from '../../../util/time/steady-clock.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import { limits } from '../../limits.ts'
import { readEvents } from '../journal/job-journal.ts'
import { type JobState, newJobState, replay } from '../journal/job-state.ts'
import { createJobStream, type JobStream } from '../journal/job-stream.ts'
import type { JournalPast } from '../journal/journal-past.ts'
import { interruptedProblem } from '../store/recover-jobs.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { compareAll, type FinishDeps, recordEnd } from './finish-job.ts'
import { cancelledByUser, type LiveJob, type LiveJobs, studioEnds } from './live-jobs.ts'
import { isCancelled, type JobEnd, type RunLiveJobDeps, runLiveJob } from './run-live-job.ts'

export interface JobRunner extends AsyncDisposable {
  /** Throws TOO_MANY_ATTEMPTS when the queue is full. Ask before anything of a job is written. */
  requireRoom(): void
  /** Starts the job, or queues it behind the others. Throws what `requireRoom` throws. */
  enqueue(record: JobRecord): Promise<void>
  /** Takes a job out of the queue, or ends it. Throws JOB_ENDED. */
  cancel(id: string): Promise<JobRecord>
  /** From 1; null for a job that does not wait. */
  queuePlace(id: string): number | null
  runningId(): string | null
  queued(): number
  stream(id: string): JobStream | undefined
  /** What a job's events say. The events of a job that is over are read from its journal, if `fromJournal`. */
  stateOf(record: JobRecord, fromJournal: boolean): Promise<{ state: JobState; lastEventId: number }>
}

export interface JobRunnerDeps extends RunLiveJobDeps, FinishDeps {
  live: LiveJobs
  past: JournalPast
  /** After each job. */
  onEnd(): void
}

const interrupted: JobEnd = { status: 'interrupted', problem: interruptedProblem }

/** Runs one job at a time; the others wait in their order. */
export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { store, live, past, onFailure } = deps
  const ending = new AbortController()
  const finish = createFinish(deps, ending.signal)
  let running: { id: string; done: Promise<void> } | null = null

  function next(): void {
    if (running || ending.signal.aborted) return
    const job = live.shift()
    if (!job) return
    const done = execute(job)
      .catch(onFailure)
      .finally(() => {
        running = null
        next()
        deps.onEnd()
      })
    running = { id: job.id, done }
    tellPlaces(deps)
  }

  async function execute(job: LiveJob): Promise<void> {
    const clock = createSteadyClock()
    const record = await store.update(job.id, { status: 'running', startedAt: clock.stamp() })
    job.stream.emit({ type: 'status', status: 'running', queuePlace: null })
    const end = await runLiveJob(job, record, deps)
    await finish.end(job, ending.signal.aborted && !isCancelled(job) ? interrupted : end, clock)
  }

  const requireRoom = () => requireRoomIn(live, ending.signal)
  return {
    requireRoom,
    async enqueue(record) {
      requireRoom()
      const stream = createJobStream({ job: store.filesOf(record.id), past, onFailure })
      // Before the first `await`: requests that come together must not take more places than there are.
      live.add({ id: record.id, stream, abort: new AbortController() })
      try {
        await store.save(record)
      } catch (error) {
        live.remove(record.id)
        stream.close()
        throw error
      }
      const place = live.placeOf(record.id)
      if (place !== null) stream.emit({ type: 'status', status: 'queued', queuePlace: place })
      next()
    },
    async cancel(id) {
      const { job, record } = requireCancellable(id, deps)
      job.abort.abort(cancelledByUser)
      if (!live.leaveQueue(id)) return record
      await finish.end(job, { status: 'cancelled', problem: null }, null)
      tellPlaces(deps)
      return store.find(id) ?? record
    },
    queuePlace: live.placeOf,
    runningId: () => running?.id ?? null,
    queued: () => live.waiting().length,
    stream: (id) => live.find(id)?.stream,
    stateOf: (record, fromJournal) => stateOf(record, fromJournal, deps),
    async [Symbol.asyncDispose]() {
      ending.abort(studioEnds)
      for (let job = live.shift(); job; job = live.shift()) await finish.end(job, interrupted, null)
      if (running) {
        live.find(running.id)?.abort.abort(studioEnds)
        await running.done
      }
      await finish.settled()
    },
  }
}

/** Ends jobs. The comparing of their pictures goes on in the background. */
function createFinish(deps: JobRunnerDeps, signal: AbortSignal) {
  const { store, live, onFailure } = deps
  const comparing = new Set<Promise<void>>()

  async function compare(job: LiveJob): Promise<void> {
    try {
      await compareAll(job, deps, signal)
    } catch (error) {
      if (!signal.aborted) onFailure(error)
    }
    job.stream.close()
    live.remove(job.id)
    if (store.find(job.id)) await store.update(job.id, { lastEventId: job.stream.lastId }).catch(onFailure)
  }

  return {
    async end(job: LiveJob, end: JobEnd, clock: SteadyClock | null): Promise<void> {
      await recordEnd(job, end, clock, deps)
      const work = compare(job)
      comparing.add(work)
      void work.finally(() => comparing.delete(work))
    },
    settled: () => Promise.allSettled(comparing),
  }
}

async function stateOf(record: JobRecord, fromJournal: boolean, { live, store }: JobRunnerDeps) {
  const stream = live.find(record.id)?.stream
  if (stream) return { state: stream.state, lastEventId: stream.lastId }
  const { lastEventId } = record
  if (!fromJournal) return { state: newJobState(), lastEventId }
  return { state: replay(await readEvents(store.filesOf(record.id))), lastEventId }
}

function requireRoomIn(live: LiveJobs, ending: AbortSignal): void {
  if (ending.aborted) throw new RequestProblem(503, 'INTERNAL', 'Kometa Preview is being closed.')
  if (live.waiting().length < limits.maxQueuedJobs) return
  throw new RequestProblem(429, 'TOO_MANY_ATTEMPTS', 'Too many previews are waiting.', {
    hint: 'Wait until some have ended, or cancel some.',
  })
}

function requireCancellable(id: string, { live, store }: JobRunnerDeps): { job: LiveJob; record: JobRecord } {
  const job = live.find(id)
  const record = store.find(id)
  if (record?.origin === 'command' && record.status === 'running') {
    throw new RequestProblem(409, 'JOB_ACTIVE', 'The command line runs this job.', {
      hint: 'Press Ctrl-C there.',
    })
  }
  if (job && record && (record.status === 'queued' || record.status === 'running')) return { job, record }
  throw new RequestProblem(409, 'JOB_ENDED', 'This job has already ended.')
}

/** The place of every job that waits has changed. */
function tellPlaces({ live, store, onFailure }: JobRunnerDeps): void {
  for (const [at, id] of live.waiting().entries()) {
    live.find(id)?.stream.emit({ type: 'status', status: 'queued', queuePlace: at + 1 })
    const record = store.find(id)
    if (record) void store.save(record).catch(onFailure)
  }
}
