import type { JobStreamEvent } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { frameOf, type Listener } from '../../http/event-stream.ts'
import type { JournalPast, PastRange } from './journal-past.ts'

/** What a window asks for: the events after this id, and this many of the newest log lines. */
export interface FollowOptions {
  after: number
  lines: number
}

/** The running job that a window follows. */
export interface FollowedStream {
  /** Writes out what waits, and answers with the id of the newest event. */
  flush(): number
  frames(range: PastRange): AsyncIterable<Buffer>
  /** From now on the window gets every new frame. */
  join(listener: Listener): void
  leave(listener: Listener): void
}

/** Tells a window that nothing more comes. */
export const closedFrame = frameOf({ type: 'closed' } satisfies JobStreamEvent)

/** Sends a window what came before now, then lets it join the others. Answers with what ends the following. */
export function follow(
  stream: FollowedStream,
  listener: Listener,
  options: FollowOptions,
  onFailure: (error: unknown) => void,
): () => void {
  let isStopped = false
  const stop = () => {
    isStopped = true
    stream.leave(listener)
  }
  const catchUp = async (): Promise<void> => {
    let { after, lines } = options
    for (let newest = stream.flush(); !isStopped && after < newest; newest = stream.flush()) {
      for await (const frame of stream.frames({ after, upTo: newest, lines })) {
        if (isStopped) return
        listener.send(frame)
        await listener.taken()
      }
      after = newest
      lines = Number.POSITIVE_INFINITY
    }
    // There is no `await` since the last flush, so no event is missed.
    if (!isStopped) stream.join(listener)
  }
  catchUp().catch((error: unknown) => {
    stop()
    onFailure(error)
    listener.end()
  })
  return stop
}

/** Sends the events of a job that is over. Each frame waits until the window has taken the frame before it. */
export function replayPast(
  { job, past }: { job: Beneath; past: JournalPast },
  listener: Listener,
  options: FollowOptions & { onFailure(error: unknown): void },
): () => void {
  let isStopped = false
  const replay = async () => {
    for await (const frame of past.frames(job, { ...options, upTo: Number.MAX_SAFE_INTEGER })) {
      if (isStopped) return
      listener.send(frame)
      await listener.taken()
    }
    if (isStopped) return
    listener.send(closedFrame)
    listener.end()
  }
  replay().catch((error: unknown) => {
    options.onFailure(error)
    listener.end()
  })
  return () => {
    isStopped = true
  }
}
