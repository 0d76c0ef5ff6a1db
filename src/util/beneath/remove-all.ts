import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { hasErrorCode } from '../unknown-error.ts'
import type { HeldFolder } from './held-folder.ts'

/** How often a folder is emptied again because somebody wrote into it in the meantime. */
const maxRounds = 5

/** Removes a name and, if it is a folder, everything below it. A link is removed itself, but not its target. */
export async function removeAll(held: HeldFolder, name: string): Promise<void> {
  const info = await lstat(held.path(name))
  if (!info.isDirectory()) {
    await rm(held.path(name), { force: true })
    return
  }
  for (let round = 1; ; round += 1) {
    {
      using folder = held.child(name)
      for (const one of await readdir(folder.path('.'))) await removeAll(folder, one).catch(isGone)
    }
    held.assertSame()
    try {
      await rmdir(held.path(name))
      return
    } catch (error) {
      if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST') || round >= maxRounds) throw error
    }
  }
}

function isGone(error: unknown): void {
  if (!hasErrorCode(error, 'ENOENT')) throw error
}
