import type { StudioEvent } from '../contract/api/api-events.ts'
import type { JobEntry } from '../contract/api/api-jobs.ts'
import { frameOf, type Listener } from './http/event-stream.ts'
import { limits } from './limits.ts'

/** The events that every window gets, whichever screen it shows. */
export interface StudioEvents {
  send(event: StudioEvent): void
  /** Sends a job's entry in the list. Of several entries of one job within `batchMs`, only the last is sent. */
  job(entry: JobEntry): void
  /** `hello` is the listener's first event. Answers with what ends the listening. */
  listen(listener: Listener, hello: StudioEvent): () => void
}

export function createStudioEvents(): StudioEvents {
  const listeners = new Set<Listener>()
  const waiting = new Map<string, JobEntry>()
  let timer: NodeJS.Timeout | null = null

  const send = (event: StudioEvent) => {
    if (listeners.size === 0) return
    const frame = frameOf(event)
    for (const listener of listeners) listener.send(frame)
  }
  return {
    send,
    job(entry) {
      waiting.set(entry.id, entry)
      timer ??= setTimeout(() => {
        timer = null
        for (const job of waiting.values()) send({ type: 'job', job })
        waiting.clear()
      }, limits.batchMs)
      timer.unref()
    },
    listen(listener, hello) {
      listeners.add(listener)
      listener.send(frameOf(hello))
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
