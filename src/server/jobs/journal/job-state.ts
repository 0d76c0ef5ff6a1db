import type { ImageRef } from '../../../contract/api/api-common.ts'
import { type JobPhase, phaseSchema, type StudioTarget } from '../../../contract/api/api-jobs.ts'
import type { StoredEvent } from './job-journal.ts'

/** What a job's events say. It is used for a job without a summary: one that runs, or one that was interrupted. */
export interface JobState {
  phases: JobPhase[]
  /** Pictures and their paths, the newest last. Before pictures have no target here. */
  captures: { targetId: string | null; ratingKey: string | null; kind: string | null; image: ImageRef; path: string }[]
  /** The newest event of each target. */
  targets: Map<string, StudioTarget>
}

const order = phaseSchema.options

/** The captures that are remembered; the summary has all of them. */
const maxCaptures = 50_000

export const newJobState = (): JobState => ({ phases: [], captures: [], targets: new Map() })

export function applyEvent(state: JobState, { event, path }: Pick<StoredEvent, 'event' | 'path'>): void {
  switch (event.type) {
    case 'phase': {
      // Several Kometas run at the same time. The one that is furthest decides the phase of the job.
      const known = state.phases.at(-1)
      if (known && order.indexOf(event.phase) <= order.indexOf(known.phase)) break
      closePhase(state, Date.parse(event.at))
      state.phases.push({ phase: event.phase, startedAt: event.at, durationMs: null, done: 0, total: 0, title: '' })
      break
    }
    case 'progress': {
      const phase = state.phases.findLast((one) => one.phase === event.phase)
      if (phase) Object.assign(phase, { done: event.done, total: event.total, title: event.title })
      break
    }
    case 'capture': {
      const { targetId, ratingKey, kind, image } = event
      if (image && path && state.captures.length < maxCaptures) {
        state.captures.push({ targetId, ratingKey, kind, image, path })
      }
      break
    }
    case 'target': {
      const { id, ratingKey, before: image } = event.target
      state.targets.set(id, event.target)
      if (image && path) state.captures.push({ targetId: null, ratingKey, kind: null, image, path })
      break
    }
    default:
      break
  }
}

export function closePhase(state: JobState, now: number): void {
  const open = state.phases.at(-1)
  if (open && open.durationMs === null) open.durationMs = Math.max(0, now - Date.parse(open.startedAt))
}

export function replay(events: readonly StoredEvent[]): JobState {
  const state = newJobState()
  for (const event of events) applyEvent(state, event)
  return state
}
