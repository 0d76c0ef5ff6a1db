import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../util/atomic-file.ts'

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
export async function removeTemporaryFiles(jobDir: string): Promise<number> {
  let removed = 0
  for (const folder of Object.values(captureFolders)) {
    for (const name of await namesIn(join(jobDir, folder))) {
      if (!temporaryName.test(name)) continue
      await rm(join(jobDir, folder, name), { force: true })
      removed += 1
    }
  }
  return removed
}

/** The names in a folder; none if there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

/** Makes the folder, durably: its name in the parent is synced too. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncNames(dirname(made))
}

/**
 * A `sync` of one folder that many renames share: a call waits for a sync that began after it, and all that wait share one.
 * A thousand uploads at once then cost far fewer than a thousand folder syncs.
 */
export function createFolderSync(folder: string): () => Promise<void> {
  let running = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    // The outcome of the sync under way is its own waiters' matter.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        running = syncNames(folder)
        return running
      })
    return next
  }
}

/** Some file systems (network shares, FUSE) know no sync of a folder and say so. */
async function syncNames(folder: string): Promise<void> {
  try {
    await syncFolder(folder)
  } catch (error) {
    if (!isCode(error, 'EINVAL') && !isCode(error, 'ENOTSUP')) throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
