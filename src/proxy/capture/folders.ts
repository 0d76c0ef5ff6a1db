import type { Beneath } from '../../util/beneath/beneath.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { captureFileName } from './names.ts'

/** The two folders of a job that the capture store writes, relative to the job. */
export const captureFolders = { images: 'output/by_ratingkey', others: 'output/captured_requests' } as const
export type CaptureFolder = keyof typeof captureFolders

const temporaryName = /^\.capture-\d+-\d+\.tmp$/

/** Gives names that no other file of this process has, and that `removeTemporaryFiles` recognizes. */
export function createTemporaryNames(): () => string {
  let count = 0
  return () => {
    count += 1
    return `.capture-${process.pid}-${count}.tmp`
  }
}

/**
 * Removes the half-written uploads of an earlier process that died; no client was told that they were kept. Call it at
 * the start of a job that holds the folder's lock. Returns the number of removed files.
 */
export const removeTemporaryFiles = (job: Beneath): Promise<number> => removeNamed(job, temporaryName)

/** Removes the captures of an earlier run, which it recognizes by their names. Returns their number. */
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
 * A `sync` of one folder that many renames share. Each call waits for a sync that begins after the call, and all calls
 * that wait share one, so that a thousand simultaneous uploads cost far fewer than a thousand folder syncs.
 */
export function createFolderSync(job: Beneath, folder: string): () => Promise<void> {
  let running = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    // Those who wait for the running sync handle its outcome.
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
