import type { StudioTarget } from '../../../contract/api/api-jobs.ts'
import { computeDifference } from '../../../images/difference.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import { limits } from '../../limits.ts'
import { createNewestFirst } from '../../pictures/newest-first.ts'
import { studioFolder } from '../store/studio-job-record.ts'
import type { PictureFinder, PictureRecords } from './job-pictures.ts'
import { pairOf } from './job-view.ts'

export interface JobFiles extends PictureRecords {
  job: Beneath
}

export interface Differences {
  /** The share of pixels in which a target's two pictures differ; null if one is missing or cannot be read. */
  share(job: JobFiles, target: StudioTarget, signal: AbortSignal): Promise<number | null>
  /** The path of the heat map in the job; it is made when it is first needed. Throws PICTURE_UNAVAILABLE. */
  heatMap(job: JobFiles, target: StudioTarget, signal: AbortSignal): Promise<{ path: string; etag: string }>
}

/**
 * The number of threads that compare. The newest request goes first, so nobody waits for all pictures of a finished
 * job.
 */
const atOnce = 1

export function createDifferences(pictures: PictureFinder): Differences {
  const turns = createNewestFirst(atOnce)

  async function compare(files: JobFiles, { before, after }: StudioTarget, signal: AbortSignal) {
    if (!before || !after) return null
    const [one, other] = await Promise.all([
      pictures.find(files.job, before.sha256, files),
      pictures.find(files.job, after.sha256, files),
    ])
    // The pictures are read when their turn comes, so that those that wait take no memory.
    const bytes = (path: string) => files.job.read(path, limits.maxJobPictureBytes)
    return turns.run(async () => {
      const task = { before: await bytes(one.path), after: await bytes(other.path), maxPixels: limits.maxPixels }
      return computeDifference(task, signal)
    }, signal)
  }

  return {
    async share(job, target, signal) {
      try {
        return (await compare(job, target, signal))?.share ?? null
      } catch (error) {
        signal.throwIfAborted()
        // Two pictures that cannot be compared can still be shown.
        if (error instanceof Error) return null
        throw error
      }
    },
    async heatMap(files, target, signal) {
      const { before, after } = target
      if (!before || !after) {
        throw new RequestProblem(404, 'PICTURE_UNAVAILABLE', 'This target does not have two pictures to compare.')
      }
      const pair = pairOf(before, after)
      const folder = `${studioFolder}/differences`
      const path = `${folder}/${pair}.png`
      const etag = `"${pair}"`
      const { job } = files
      try {
        if (await job.look(path)) return { path, etag }
        const difference = await compare(files, target, signal)
        await job.makeFolder(folder)
        await job.write(path, difference?.png ?? new Uint8Array())
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof RequestProblem) throw error
        throw new RequestProblem(422, 'PICTURE_UNAVAILABLE', 'These two pictures cannot be compared.')
      }
      return { path, etag }
    },
  }
}
