import type { Beneath } from '../../util/beneath/beneath.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { captureFileName } from './names.ts'

/** The two folders of a job that the capture store writes, relative to the job. */
export const captureFolders = { images: 'output/by_ratingkey', others: 'output/captured_requests' } as const
export type CaptureFolder = keyof typeof captureFolders

const temporaryName = /^\.capture-\d+-\d+\.tmp$/

/** A name that no other file of this process has, and that `removeTemporaryFiles` knows. */
export function createTemporaryNames(): () => string {
  let count = 0
  return () => {
    count += 1
    return `.capture-${process.pid}-${count}.tmp`
  }
}

/**
 * Removes what uploads left half-written when an earlier process died in this job folder; none of it was ever acknowledged.
 * For the start of a job that holds the folder's lock. Returns the number of files removed.
 */
export const removeTemporaryFiles = (job: Beneath): Promise<number> => removeNamed(job, temporaryName)

/** Removes the captures of an earlier run, by their names, which are never a user's own. Returns their number. */
export const removeCaptures = (job: Beneath): Promise<number> => removeNamed(job, captureFileName)

async function removeNamed(job: Beneath, name: RegExp): Promise<number> {
  let removed = 0
  for (const folder of Object.values(captureFolders)) {
    for (const found of namesIn(job, folder).filter((one) => name.test(one))) {
      await job.remove(`${folder}/${found}`)
      removed += 1
    }
  }
  return removed
}

/** The names in a folder of a job; none if there is no such folder. */
export function namesIn(job: Beneath, folder: string): string[] {
  try {
    return job.list(folder).map(({ name }) => name)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * A `sync` of one folder that many renames share: a call waits for a sync that began after it, and all that wait share one.
 * A thousand uploads at once then cost far fewer than a thousand folder syncs.
 */
export function createFolderSync(job: Beneath, folder: string): () => Promise<void> {
  let running = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    // The outcome of the sync under way is its own waiters' matter.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        running = job.sync(folder)
        return running
      })
    return next
  }
}
