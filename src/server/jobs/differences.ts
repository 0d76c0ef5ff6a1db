import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { StudioTarget } from '../../contract/api-jobs.ts'
import { computeDifference } from '../../images/difference.ts'
import { writeFileAtomic } from '../../util/atomic-file.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { limits } from '../limits.ts'
import { createNewestFirst } from '../pictures/newest-first.ts'
import { findJobFile } from './job-files.ts'
import type { PictureFinder, PictureRecords } from './job-pictures.ts'
import { studioFolder } from './job-record.ts'
import { pairOf } from './job-view.ts'

export interface JobFiles extends PictureRecords {
  dir: string
}

export interface Differences {
  /** The share of pixels in which a target's pictures differ; null when there are not two, or one cannot be read. */
  share(job: JobFiles, target: StudioTarget, signal: AbortSignal): Promise<number | null>
  /** The heat map's file, made when it is first asked for. Throws PICTURE_UNAVAILABLE. */
  heatMap(job: JobFiles, target: StudioTarget, signal: AbortSignal): Promise<{ path: string; etag: string }>
}

/** Threads that compare at once: what a person waits for goes before the shares of a job that has just ended. */
const atOnce = 1

export function createDifferences(pictures: PictureFinder): Differences {
  const turns = createNewestFirst(atOnce)

  async function compare(job: JobFiles, { before, after }: StudioTarget, signal: AbortSignal) {
    if (!before || !after) return null
    const [one, other] = await Promise.all([
      pictures.find(job.dir, before.sha256, job),
      pictures.find(job.dir, after.sha256, job),
    ])
    const task = { before: one.file, after: other.file, maxPixels: limits.maxPixels }
    return turns.run(() => computeDifference(task, signal), signal)
  }

  return {
    async share(job, target, signal) {
      try {
        return (await compare(job, target, signal))?.share ?? null
      } catch (error) {
        signal.throwIfAborted()
        // A picture that cannot be compared has no share; the two can be looked at all the same.
        if (error instanceof Error) return null
        throw error
      }
    },
    async heatMap(job, target, signal) {
      const { before, after } = target
      if (!before || !after) {
        throw new RequestProblem(404, 'PICTURE_UNAVAILABLE', 'There are not two pictures to compare.')
      }
      const pair = pairOf(before, after)
      const folder = join(studioFolder(job.dir), 'differences')
      const path = join(folder, `${pair}.png`)
      const etag = `"${pair}"`
      if (await findJobFile(job.dir, path)) return { path, etag }
      try {
        const difference = await compare(job, target, signal)
        await mkdir(folder, { recursive: true })
        await writeFileAtomic(path, difference?.png ?? new Uint8Array())
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof RequestProblem) throw error
        throw new RequestProblem(422, 'PICTURE_UNAVAILABLE', 'These two pictures cannot be compared.')
      }
      return { path, etag }
    },
  }
}
