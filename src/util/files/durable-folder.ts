import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorCodeOf } from '../unknown-error.ts'

/** Makes a folder and the folders above it. Their names survive a power cut, even those that existed before. */
export async function makeFolderDurably(path: string, mode?: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    await syncFolder(dirname(folder))
    if (first === undefined || folder === first || folder === dirname(folder)) return
  }
}

/**
 * Makes the names in this folder survive a power cut. Windows cannot open folders and needs no such step. Elsewhere a
 * folder that we may not read cannot be synced, and some network file systems have no such sync.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    await using handle = await open(folder, 'r')
    await handle.sync()
  } catch (error) {
    const code = errorCodeOf(error)
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(code)) throw error
  }
}
