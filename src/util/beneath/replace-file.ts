import { randomBytes } from 'node:crypto'
import { constants, copyFile, open, rm } from 'node:fs/promises'
import { renameOver } from '../files/rename.ts'
import { hasErrorCode } from '../unknown-error.ts'
import type { HeldFolder } from './held-folder.ts'
import { openPlain } from './open-plain.ts'

/** Puts a whole new file in the place of a name: a reader, even after a crash, sees the old bytes or all of the new. */
export async function replaceFile(
  held: HeldFolder,
  name: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${name}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await fill(temporary)
    await renameOver(held.path(temporary), held.path(name))
  } catch (error) {
    await rm(held.path(temporary), { force: true })
    throw error
  }
  await syncHeld(held)
}

export function writeWhole(held: HeldFolder, name: string, data: string | Uint8Array, permissions: number) {
  return replaceFile(held, name, async (temporary) => {
    await using file = await openPlain(held, temporary, 'create', permissions)
    await file.writeFile(data)
    await file.sync()
  })
}

/** A copy of a file, or of an open one by its descriptor's path; shares the blocks where the disk can. */
export function copyWhole(held: HeldFolder, name: string, source: string): Promise<void> {
  return replaceFile(held, name, async (temporary) => {
    await copyFile(source, held.path(temporary), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    await using file = await openPlain(held, temporary, 'append', 0)
    await file.sync()
  })
}

/**
 * Makes the names in a folder survive a power cut. Windows cannot open folders; some network file systems know no such
 * sync.
 */
export async function syncHeld(held: HeldFolder): Promise<void> {
  if (process.platform === 'win32') return
  await using folder = await open(held.path('.'), 'r')
  await folder.sync().catch((error: unknown) => {
    if (!hasErrorCode(error, 'EINVAL', 'ENOTSUP')) throw error
  })
}
