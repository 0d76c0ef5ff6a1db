import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'

/** The largest image that Kometa uploads (its MAX_IMAGE_SIZE). */
const largestUploadBytes = 10_500_000
/** Per target: a before picture and an after picture, or two uploads of one item. */
const imagesPerTarget = 2
/** Logs (3.5 MB per library), the workspace with its backups, the files of Kometa. */
const floorBytes = 200_000_000

/** Free bytes that a job needs for this number of targets. */
export const neededBytes = (targets: number): number => targets * largestUploadBytes * imagesPerTarget + floorBytes

/**
 * Throws DISK_SPACE, with both numbers, if the file system of `folder` has less free space than the targets need; for 0
 * targets, less than a workspace needs. If the folder does not exist, its nearest existing parent counts. A file system
 * that does not tell its size is taken to be large enough.
 */
export async function checkDiskSpace(folder: string, targets: number): Promise<void> {
  const free = await freeBytes(resolve(folder))
  const needed = neededBytes(targets)
  if (free === null || free >= needed) return
  const what = targets === 0 ? "Kometa's workspace" : `${targets} ${targets === 1 ? 'target' : 'targets'}`
  throw new AppError(
    'DISK_SPACE',
    `not enough free disk space for ${what}: ${megabytes(free)} MB free, ${megabytes(needed)} MB needed in ${folder}`,
    { hint: `Free some space, or choose a folder on another disk with ${targets === 0 ? '--data' : '--out'}.` },
  )
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize, blocks } = await statfs(folder, { bigint: true })
    return blocks === 0n ? null : Number(bavail * bsize)
  } catch (error) {
    const parent = dirname(folder)
    if (!hasErrorCode(error, 'ENOENT') || parent === folder) throw error
    return freeBytes(parent)
  }
}

const megabytes = (bytes: number): string => String(Math.floor(bytes / 1_000_000))
