import type { JobDetail, JobPhase, JobStreamEvent, StudioTarget } from '../../../src/contract/api/api.ts'

/** The job after one event of its stream; the same object when the event changes nothing. */
export function applyJobEvent(job: JobDetail, event: JobStreamEvent, id: number | null): JobDetail {
  if (id !== null && id <= job.lastEventId) return job
  const changed = change(job, event)
  return changed === job || id === null ? changed : { ...changed, lastEventId: id }
}

function change(job: JobDetail, event: JobStreamEvent): JobDetail {
  switch (event.type) {
    case 'status':
      return { ...job, status: event.status, queuePlace: event.queuePlace }
    case 'phase':
      return { ...job, phases: withPhase(job.phases, event.phase, event.at) }
    case 'progress': {
      const { phase, done, total, title } = event
      return { ...job, phases: job.phases.map((one) => (one.phase === phase ? { ...one, done, total, title } : one)) }
    }
    case 'capture': {
      const { targetId, image, kind } = event
      if (targetId === null || image === null) return job
      return { ...job, targets: replace(job.targets, targetId, (target) => ({ ...target, after: image, kind })) }
    }
    case 'target':
      return { ...job, targets: replace(job.targets, event.target.id, () => event.target) }
    case 'end':
      return { ...job, status: event.status, phases: endPhases(job.phases, new Date().toISOString()) }
    default:
      return job
  }
}

function replace(targets: StudioTarget[], id: string, make: (target: StudioTarget) => StudioTarget): StudioTarget[] {
  return targets.map((target) => (target.id === id ? make(target) : target))
}

function endPhases(phases: readonly JobPhase[], at: string): JobPhase[] {
  return phases.map((one) =>
    one.durationMs === null ? { ...one, durationMs: Math.max(0, Date.parse(at) - Date.parse(one.startedAt)) } : one,
  )
}

/** A phase begins when the previous one ends. A job with several groups of libraries can enter a phase twice. */
function withPhase(phases: readonly JobPhase[], phase: JobPhase['phase'], at: string): JobPhase[] {
  if (phases.at(-1)?.phase === phase && phases.at(-1)?.durationMs === null) return [...phases]
  return [...endPhases(phases, at), { phase, startedAt: at, durationMs: null, done: 0, total: 0, title: '' }]
}
