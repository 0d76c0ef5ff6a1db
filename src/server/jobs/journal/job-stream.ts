import type { JobStreamEvent, StudioLogLine } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { frameOf, type Listener } from '../../http/event-stream.ts'
import { limits } from '../../limits.ts'
import { type JournalWriter, openJournal } from './job-journal.ts'
import { applyEvent, type JobState, newJobState } from './job-state.ts'
import type { JournalPast } from './journal-past.ts'

export type LogEntry = Omit<StudioLogLine, 'n'>

/** The events of one running job: numbered, kept on disk, sent to every window. */
export interface JobStream extends Disposable {
  readonly state: JobState
  readonly lastId: number
  emit(event: JobStreamEvent, path?: string): void
  log(line: LogEntry): void
  progress(event: Extract<JobStreamEvent, { type: 'progress' }>): void
  /** Sends what came after `after`, then what comes. Returns how to stop. */
  listen(listener: Listener, options: { after: number; lines: number }): () => void
  /** Sends all that waits, tells the windows that nothing more comes, and lets them go. */
  close(): void
}

interface Kept {
  id: number
  frame: Buffer
}

export interface JobStreamOptions {
  job: Beneath
  past: JournalPast
  /** Events of an earlier life of the job. */
  lastId?: number
  onFailure(error: unknown): void
}

/**
 * Lines and progress wait for up to `batchMs` and go out together; each event is serialised once for all windows. What
 * happens is on disk before any window has it, so that an id which a window names can always be continued from.
 */
export function createJobStream({ job, past, lastId: first = 0, onFailure }: JobStreamOptions): JobStream {
  const journal: JournalWriter = openJournal(job, onFailure)
  const state = newJobState()
  const listeners = new Set<(frame: Buffer) => void>()
  const endings = new Set<() => void>()
  let kept: Kept[] = []
  let keptBytes = 0
  let lastId = first
  let lineNumber = 0
  let lines: StudioLogLine[] = []
  let progress: Extract<JobStreamEvent, { type: 'progress' }> | null = null
  let shownProgress: Buffer | null = null
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const send = (frame: Buffer) => {
    for (const listener of listeners) listener(frame)
  }
  const keep = (id: number, frame: Buffer) => {
    kept.push({ id, frame })
    keptBytes += frame.length
    if (keptBytes <= limits.maxMemoryEventBytes) return
    // Half of it goes at once: taking the oldest away one by one would move the list each time.
    const gone = kept.slice(0, kept.length / 2)
    kept = kept.slice(gone.length)
    keptBytes -= gone.reduce((sum, { frame: each }) => sum + each.length, 0)
  }
  const flush = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const frames: Buffer[] = []
    for (let at = 0; at < lines.length; at += limits.maxLinesPerEvent) {
      lastId += 1
      const batch = lines.slice(at, at + limits.maxLinesPerEvent)
      journal.lines({ id: lastId, lines: batch })
      const frame = frameOf({ type: 'log', lines: batch }, lastId)
      keep(lastId, frame)
      frames.push(frame)
    }
    lines = []
    if (progress) {
      // Progress has no number: only the newest counts, and a window that comes back gets that.
      shownProgress = frameOf(progress)
      applyEvent(state, { event: progress })
      progress = null
      frames.push(shownProgress)
    }
    // One write for each window, whatever has gathered.
    const [only] = frames
    if (only) send(frames.length === 1 ? only : Buffer.concat(frames))
  }
  const later = () => {
    if (closed) return
    timer ??= setTimeout(flush, limits.batchMs)
  }

  return {
    state,
    get lastId() {
      return lastId
    },
    emit(event, path) {
      if (closed) return
      flush()
      lastId += 1
      if (event.type === 'phase') shownProgress = null
      journal.event({ id: lastId, event, path: path ?? null })
      applyEvent(state, { event, path: path ?? null })
      const frame = frameOf(event, lastId)
      keep(lastId, frame)
      send(frame)
    },
    log(line) {
      lineNumber += 1
      lines.push({ n: lineNumber, ...line, text: line.text.slice(0, limits.maxLineChars) })
      later()
    },
    progress(event) {
      progress = event
      later()
    },
    listen(listener, { after, lines: count }) {
      let stopped = false
      let isLive = false
      const take = (frame: Buffer) => listener.send(frame)
      const end = () => {
        if (isLive) listener.end()
      }
      endings.add(end)
      const stop = () => {
        stopped = true
        listeners.delete(take)
        endings.delete(end)
      }
      /** What lies between a window and now: from memory where it is there, else from the journal. */
      const catchUp = async () => {
        let at = after
        let lines = count
        for (;;) {
          flush()
          const upTo = lastId
          if (stopped || at >= upTo) break
          const [oldest] = kept
          // A window that comes back has nearly everything; a new one gets as many lines as it asks for.
          const inMemory = at > 0 && oldest !== undefined && at + 1 >= oldest.id
          if (inMemory) for (const { id, frame } of kept) if (id > at && id <= upTo) await give(listener, frame)
          if (!inMemory)
            for await (const frame of past.frames(job, { after: at, upTo, lines })) await give(listener, frame)
          at = upTo
          lines = Number.POSITIVE_INFINITY
        }
        if (stopped) return
        // Nothing can come between the last look and here.
        isLive = true
        if (shownProgress) listener.send(shownProgress)
        if (closed) {
          listener.send(closedFrame)
          listener.end()
        } else listeners.add(take)
      }
      const give = async (to: Listener, frame: Buffer) => {
        if (stopped) throw new Gone()
        to.send(frame)
        await to.taken()
      }
      catchUp().catch((error: unknown) => {
        stop()
        if (error instanceof Gone) return
        onFailure(error)
        listener.end()
      })
      return stop
    },
    close() {
      if (closed) return
      flush()
      closed = true
      send(closedFrame)
      for (const end of [...endings]) end()
      listeners.clear()
      endings.clear()
      journal[Symbol.dispose]()
    },
    [Symbol.dispose]() {
      this.close()
    },
  }
}

/** The window has gone: what was still to be sent is nobody's. */
class Gone extends Error {
  override readonly name = 'Gone'
}

const closedFrame = frameOf({ type: 'closed' } satisfies JobStreamEvent)

/** The stream of a job that is over: its past, and its end. Each frame waits until the window has taken the one before. */
export function replayPast(
  { job, past }: Pick<JobStreamOptions, 'job' | 'past'>,
  listener: Listener,
  options: { after: number; lines: number; onFailure(error: unknown): void },
): () => void {
  let stopped = false
  const replay = async () => {
    for await (const frame of past.frames(job, { ...options, upTo: Number.MAX_SAFE_INTEGER })) {
      if (stopped) return
      listener.send(frame)
      await listener.taken()
    }
    if (stopped) return
    listener.send(closedFrame)
    listener.end()
  }
  replay().catch((error: unknown) => {
    options.onFailure(error)
    listener.end()
  })
  return () => {
    stopped = true
  }
}
