import { AppError } from '../../../contract/errors.ts'
import type { JobStream } from '../journal/job-stream.ts'

/** A job that waits, runs, or has its pictures compared. */
export interface LiveJob {
  id: string
  stream: JobStream
  /** Aborted with one of the two reasons below. */
  abort: AbortController
}

/** The two reasons why a live job is ended before its time. */
export const cancelledByUser = new AppError('CANCELLED', 'cancelled')
export const studioEnds = new AppError('CANCELLED', 'the studio ends')

/** The jobs of this process. Those that wait are in a queue, in the order in which they came. */
export interface LiveJobs {
  find(id: string): LiveJob | undefined
  /** Takes a place at the end of the queue. */
  add(job: LiveJob): void
  /** The first job of the queue, which leaves the queue. */
  shift(): LiveJob | undefined
  /** Leaves the queue; false where the job did not wait. */
  leaveQueue(id: string): boolean
  remove(id: string): void
  /** From 1; null for a job that does not wait. */
  placeOf(id: string): number | null
  /** Ids of the jobs that wait. */
  waiting(): readonly string[]
}

export function createLiveJobs(): LiveJobs {
  const jobs = new Map<string, LiveJob>()
  const queue: string[] = []
  const leaveQueue = (id: string): boolean => {
    const at = queue.indexOf(id)
    if (at >= 0) queue.splice(at, 1)
    return at >= 0
  }
  return {
    find: (id) => jobs.get(id),
    add(job) {
      jobs.set(job.id, job)
      queue.push(job.id)
    },
    shift() {
      const id = queue.shift()
      return id === undefined ? undefined : jobs.get(id)
    },
    leaveQueue,
    remove(id) {
      leaveQueue(id)
      jobs.delete(id)
    },
    placeOf: (id) => (queue.includes(id) ? queue.indexOf(id) + 1 : null),
    waiting: () => [...queue],
  }
}
