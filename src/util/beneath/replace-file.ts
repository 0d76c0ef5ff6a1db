import { randomBytes } from 'node:crypto'
import { constants, copyFile, open, rm } from 'node:fs/promises'
import { renameOver } from '../files/rename.ts'
import { hasErrorCode } from '../unknown-error.ts'
import type { HeldFolder } from './held-folder.ts'
import { openPlain } from './open-plain.ts'

/** Replaces a file completely: a reader sees either all the old bytes or all the new ones, even after a crash. */
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

/**
 * Copies a file, or an open file by the path of its descriptor. The copy shares the disk blocks where the disk supports
 * it.
 */
export function copyWhole(held: HeldFolder, name: string, source: string): Promise<void> {
  return replaceFile(held, name, async (temporary) => {
    await copyFile(source, held.path(temporary), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    await using file = await openPlain(held, temporary, 'append', 0)
    await file.sync()
  })
}

/**
 * Makes the names in a folder survive a power cut. Windows cannot open folders, and some network file systems have no
 * such sync.
 */
export async function syncHeld(held: HeldFolder): Promise<void> {
  if (process.platform === 'win32') return
  await using folder = await open(held.path('.'), 'r')
  await folder.sync().catch((error: unknown) => {
    if (!hasErrorCode(error, 'EINVAL', 'ENOTSUP')) throw error
  })
}
