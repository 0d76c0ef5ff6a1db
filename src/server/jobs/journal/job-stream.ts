import type { JobStreamEvent, StudioLogLine } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { frameOf, type Listener } from '../../http/event-stream.ts'
import { limits } from '../../limits.ts'
import { closedFrame, type FollowOptions, follow } from './follow-stream.ts'
import { createFrameMemory } from './frame-memory.ts'
import { openJournal } from './job-journal.ts'
import { applyEvent, type JobState, newJobState } from './job-state.ts'
import type { JournalPast, PastRange } from './journal-past.ts'

export type LogEntry = Omit<StudioLogLine, 'n'>
type ProgressEvent = Extract<JobStreamEvent, { type: 'progress' }>

/** The events of one running job: numbered, kept on disk, sent to every window. */
export interface JobStream extends Disposable {
  readonly state: JobState
  readonly lastId: number
  emit(event: JobStreamEvent, path?: string): void
  log(line: LogEntry): void
  progress(event: ProgressEvent): void
  /** Sends the events after `after`, then every new one. Answers with what ends the listening. */
  listen(listener: Listener, options: FollowOptions): () => void
  /** Sends what waits, tells the windows that nothing more comes, and ends their streams. */
  close(): void
}

export interface JobStreamOptions {
  job: Beneath
  past: JournalPast
  /** The newest id in the job's journal, of a job that ran before. */
  lastId?: number
  onFailure(error: unknown): void
}

/**
 * Log lines and progress wait for up to `batchMs` and are sent together; each event is serialised once for all windows.
 * An event is on disk before any window gets it, so that a window can go on from each id that it knows.
 */
export function createJobStream({ job, past, lastId: first = 0, onFailure }: JobStreamOptions): JobStream {
  const journal = openJournal(job, onFailure)
  const state = newJobState()
  const windows = new Set<Listener>()
  const memory = createFrameMemory()
  const batch = createBatch(() => void flush())
  let lastId = first
  let shownProgress: Buffer | null = null
  let isClosed = false

  const send = (frame: Buffer) => {
    for (const window of windows) window.send(frame)
  }
  const number = (event: JobStreamEvent): { id: number; frame: Buffer } => {
    lastId += 1
    const frame = frameOf(event, lastId)
    memory.keep(lastId, frame)
    return { id: lastId, frame }
  }
  const flush = (): number => {
    const { lines, progress } = batch.take()
    const frames = lines.map((some) => {
      const { id, frame } = number({ type: 'log', lines: some })
      journal.lines({ id, lines: some })
      return frame
    })
    if (progress) {
      // Progress has no number: only the newest counts, and a window that comes back gets the newest.
      shownProgress = frameOf(progress)
      applyEvent(state, { event: progress })
      frames.push(shownProgress)
    }
    if (frames.length > 0) send(Buffer.concat(frames))
    return lastId
  }
  async function* frames(range: PastRange): AsyncGenerator<Buffer> {
    // A new window (after 0) wants a certain number of log lines, which only the journal can select.
    if (range.after > 0 && memory.hasAllAfter(range.after)) yield* memory.between(range.after, range.upTo)
    else yield* past.frames(job, range)
  }
  const join = (listener: Listener) => {
    if (shownProgress) listener.send(shownProgress)
    if (!isClosed) windows.add(listener)
    else endWindow(listener)
  }
  const leave = (listener: Listener) => void windows.delete(listener)

  return {
    state,
    get lastId() {
      return lastId
    },
    emit(event, path) {
      if (isClosed) return
      flush()
      if (event.type === 'phase') shownProgress = null
      const { id, frame } = number(event)
      journal.event({ id, event, path: path ?? null })
      applyEvent(state, { event, path: path ?? null })
      send(frame)
    },
    log: batch.log,
    progress: batch.progress,
    listen: (listener, options) => follow({ flush, frames, join, leave }, listener, options, onFailure),
    close() {
      if (isClosed) return
      flush()
      batch.close()
      isClosed = true
      for (const window of windows) endWindow(window)
      windows.clear()
      journal[Symbol.dispose]()
    },
    [Symbol.dispose]() {
      this.close()
    },
  }
}

function endWindow(window: Listener): void {
  window.send(closedFrame)
  window.end()
}

/** Gathers log lines and the newest progress, and calls `onDue` when they have waited for `batchMs`. */
function createBatch(onDue: () => void) {
  let lineNumber = 0
  let lines: StudioLogLine[] = []
  let progress: ProgressEvent | null = null
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  const wait = () => {
    timer ??= setTimeout(onDue, limits.batchMs)
  }
  return {
    log(line: LogEntry): void {
      if (isClosed) return
      lineNumber += 1
      lines.push({ n: lineNumber, ...line, text: line.text.slice(0, limits.maxLineChars) })
      wait()
    },
    progress(event: ProgressEvent): void {
      if (isClosed) return
      progress = event
      wait()
    },
    /** Everything that waits, the lines in groups of one event each. */
    take(): { lines: StudioLogLine[][]; progress: ProgressEvent | null } {
      if (timer !== null) clearTimeout(timer)
      timer = null
      const groups: StudioLogLine[][] = []
      for (let at = 0; at < lines.length; at += limits.maxLinesPerEvent) {
        groups.push(lines.slice(at, at + limits.maxLinesPerEvent))
      }
      const taken = { lines: groups, progress }
      lines = []
      progress = null
      return taken
    },
    close(): void {
      isClosed = true
    },
  }
}
