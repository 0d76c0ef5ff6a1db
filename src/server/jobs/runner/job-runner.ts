import type { Trust } from '../../../config/trust/trust.ts'
import type { ImageRef } from '../../../contract/api/api-common.ts'
import { AppError } from '../../../contract/errors.ts'
import type { IsolateMode } from '../../../kometa/isolation/isolation.ts'
import type { Renderer } from '../../../run/kometas/renderer.ts'
import type { Remembered } from '../../../run/reuse/remembered.ts'
import { runJob } from '../../../run/run.ts'
import { createSteadyClock, type SteadyClock } from '../../../util/time/steady-clock.ts'
import type { ReachOf } from '../../connect/studio-reach.ts'
import { problemOf, RequestProblem } from '../../http/request-problem.ts'
import { limits } from '../../limits.ts'
import { loadConfigOf } from '../config/stored-config.ts'
import { jobBytes } from '../files/job-files.ts'
import type { ReadSummary } from '../files/read-summary.ts'
import { readEvents } from '../journal/job-journal.ts'
import { closePhase, type JobState, newJobState, replay } from '../journal/job-state.ts'
import { createJobStream, type JobStream } from '../journal/job-stream.ts'
import type { JournalPast } from '../journal/journal-past.ts'
import { tell } from '../journal/tell-events.ts'
import type { JobStore } from '../store/job-store.ts'
import { interruptedProblem } from '../store/recover-jobs.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import type { Differences } from '../view/differences.ts'
import { digestOf, imageOfCapture, maxListedPictures, pairOf, summaryTargets } from '../view/job-view.ts'

export interface JobRunner extends AsyncDisposable {
  /** Throws TOO_MANY_ATTEMPTS when the queue is full: asked before anything of a job is written. */
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
  /** What a job's events have told: of one that runs as it is now, of another from its journal, if that is wanted. */
  stateOf(record: JobRecord, fromJournal: boolean): Promise<{ state: JobState; lastEventId: number }>
}

export interface JobRunnerDeps {
  trust: Trust
  reachOf: ReachOf
  store: JobStore
  past: JournalPast
  readSummary: ReadSummary
  differences: Differences
  renderer(): Promise<Renderer>
  isolate: IsolateMode
  remembered: Remembered
  dataDir: string
  env: NodeJS.ProcessEnv
  onEnd(): void
  onFailure(error: unknown): void
}

interface LiveJob {
  id: string
  stream: JobStream
  abort: AbortController
  cancelled: boolean
  /** Of its run; null while it waits. */
  clock: SteadyClock | null
}

/** One job at a time; the others wait in their order. */
export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { store } = deps
  const live = new Map<string, LiveJob>()
  let queue: string[] = []
  let running: { id: string; done: Promise<void> } | null = null
  const background = new Set<Promise<void>>()
  const ending = new AbortController()

  const update = async (id: string, change: Partial<JobRecord>): Promise<JobRecord> => {
    const record = store.find(id)
    if (!record) throw new Error(`no job ${id}`)
    const next = { ...record, ...change }
    await store.save(next)
    return next
  }

  function tellPlaces(): void {
    for (const [at, id] of queue.entries()) {
      live.get(id)?.stream.emit({ type: 'status', status: 'queued', queuePlace: at + 1 })
      const record = store.find(id)
      if (record) void store.save(record).catch(deps.onFailure)
    }
  }

  function next(): void {
    if (running || ending.signal.aborted) return
    const id = queue.shift()
    const job = id === undefined ? undefined : live.get(id)
    if (!job) return
    const done = execute(job)
      .catch(deps.onFailure)
      .finally(() => {
        running = null
        next()
        deps.onEnd()
      })
    running = { id: job.id, done }
    tellPlaces()
  }

  async function execute(job: LiveJob): Promise<void> {
    const { id, stream, abort } = job
    const files = store.filesOf(id)
    job.clock = createSteadyClock()
    let record = await update(id, { status: 'running', startedAt: job.clock.stamp() })
    stream.emit({ type: 'status', status: 'running', queuePlace: null })
    let status: JobRecord['status']
    let problem: JobRecord['problem'] = null
    try {
      const renderer = await deps.renderer()
      const config = await loadConfigOf(record, files, {
        env: deps.env,
        trust: deps.trust,
        reachOf: deps.reachOf,
        kometaDir: renderer.dir,
        readYaml: renderer.readYaml,
      })
      abort.signal.throwIfAborted()
      record = await update(id, { renderer: renderer.kind })
      const summary = await runJob({
        config,
        jobDir: store.dirOf(id),
        specs: [],
        renderer,
        isolate: deps.isolate,
        dataDir: deps.dataDir,
        keepWorkspace: false,
        scoped: true,
        writeJobFile: record.config.kind === 'path' && !record.config.edited,
        remembered: deps.remembered,
        fresh: record.fresh,
        env: deps.env,
        signal: abort.signal,
        onEvent: (event) => {
          tell(stream, record, event)
          if (event.type === 'capture' && event.targetId !== null) listPicture(id, imageOfCapture(event.capture))
        },
        onLine: () => undefined,
      })
      status = summary.status
    } catch (error) {
      status = job.cancelled ? 'cancelled' : 'failed'
      if (!abort.signal.aborted) {
        problem = describeFailure(error)
        if (!(error instanceof AppError)) deps.onFailure(error)
      }
    }
    if (ending.signal.aborted && !job.cancelled) {
      status = 'interrupted'
      problem = interruptedProblem
    }
    await finish(job, status, problem)
  }

  /** The list shows the first pictures of a job while it runs; its end chooses them anew. */
  function listPicture(id: string, image: ImageRef | null): void {
    const pictures = store.find(id)?.pictures ?? []
    const listed = pictures.length >= maxListedPictures || pictures.some(({ sha256 }) => sha256 === image?.sha256)
    if (image && !listed) void update(id, { pictures: [...pictures, image] }).catch(deps.onFailure)
  }

  async function finish(job: LiveJob, status: JobRecord['status'], problem: JobRecord['problem']): Promise<void> {
    const { id, stream } = job
    const files = store.filesOf(id)
    const endMs = job.clock?.nowMs() ?? null
    if (endMs !== null) closePhase(stream.state, endMs)
    const file = await deps.readSummary(files)
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
    await update(id, { ...ended, ...digest, lastEventId: stream.lastId })
    const work = compareAll(job)
      .catch((error: unknown) => {
        if (!ending.signal.aborted) deps.onFailure(error)
      })
      .finally(async () => {
        stream.close()
        live.delete(id)
        if (store.find(id)) await update(id, { lastEventId: stream.lastId }).catch(deps.onFailure)
      })
    background.add(work)
    void work.finally(() => background.delete(work))
  }

  /** How much each target changed: told as it is known, one after the other, while the next job may run already. */
  async function compareAll({ id, stream }: LiveJob): Promise<void> {
    const job = store.filesOf(id)
    const file = await deps.readSummary(job)
    let record = store.find(id)
    if (!file || !record) return
    const { summary } = file
    for (const target of summaryTargets(record, summary)) {
      if (!target.before || !target.after || target.difference !== null) continue
      if (Object.keys(record.differences).length >= limits.maxDifferencesCached) break
      const share = await deps.differences.share({ job, summary, state: stream.state }, target, ending.signal)
      const now = store.find(id)
      if (!now) return
      if (share === null) continue
      const pictures = pairOf(target.before, target.after)
      record = { ...now, differences: { ...now.differences, [target.id]: { pictures, share } } }
      const told = summaryTargets(record, summary).find((one) => one.id === target.id)
      if (told) stream.emit({ type: 'target', target: told })
      await store.save({ ...record, ...digestOf(record, summary) })
    }
  }

  function requireRoom(): void {
    if (ending.signal.aborted) throw new RequestProblem(503, 'INTERNAL', 'Kometa Preview is being closed.')
    if (queue.length < limits.maxQueuedJobs) return
    throw new RequestProblem(429, 'TOO_MANY_ATTEMPTS', 'Too many previews are waiting.', {
      hint: 'Wait until some have ended, or cancel some.',
    })
  }

  return {
    requireRoom,
    async enqueue(record) {
      requireRoom()
      const stream = createJobStream({ job: store.filesOf(record.id), past: deps.past, onFailure: deps.onFailure })
      live.set(record.id, { id: record.id, stream, abort: new AbortController(), cancelled: false, clock: null })
      // In its place at once: of requests that come together no more are let in than fit.
      queue.push(record.id)
      try {
        await store.save(record)
      } catch (error) {
        queue = queue.filter((id) => id !== record.id)
        live.delete(record.id)
        stream.close()
        throw error
      }
      const place = queue.indexOf(record.id) + 1
      if (place > 0) stream.emit({ type: 'status', status: 'queued', queuePlace: place })
      next()
    },
    async cancel(id) {
      const job = live.get(id)
      const record = store.find(id)
      if (record?.origin === 'command' && record.status === 'running') {
        throw new RequestProblem(409, 'JOB_ACTIVE', 'The command line runs this job.', {
          hint: 'End it there, with Ctrl-C.',
        })
      }
      if (!job || !record || (record.status !== 'queued' && record.status !== 'running')) {
        throw new RequestProblem(409, 'JOB_ENDED', 'This job is over already.')
      }
      job.cancelled = true
      if (queue.includes(id)) {
        queue = queue.filter((one) => one !== id)
        await finish(job, 'cancelled', null)
        tellPlaces()
        return store.find(id) ?? record
      }
      job.abort.abort(new AppError('CANCELLED', 'cancelled'))
      return record
    },
    queuePlace: (id) => (queue.includes(id) ? queue.indexOf(id) + 1 : null),
    runningId: () => running?.id ?? null,
    queued: () => queue.length,
    stream: (id) => live.get(id)?.stream,
    async stateOf(record, fromJournal) {
      const job = live.get(record.id)
      if (job) return { state: job.stream.state, lastEventId: job.stream.lastId }
      const { lastEventId } = record
      if (!fromJournal) return { state: newJobState(), lastEventId }
      return { state: replay(await readEvents(store.filesOf(record.id))), lastEventId }
    },
    async [Symbol.asyncDispose]() {
      ending.abort(new AppError('CANCELLED', 'the studio ends'))
      const waiting = queue
      queue = []
      for (const id of waiting) {
        const job = live.get(id)
        if (job) await finish(job, 'interrupted', interruptedProblem)
      }
      if (running) {
        live.get(running.id)?.abort.abort(new AppError('CANCELLED', 'the studio ends'))
        await running.done
      }
      await Promise.allSettled(background)
    },
  }
}

function describeFailure(error: unknown): JobRecord['problem'] {
  if (error instanceof AppError) return problemOf(error, (text) => text)
  return { code: 'INTERNAL', message: 'Something went wrong inside Kometa Preview.', hint: null, details: [] }
}
