import { chmod, copyFile, mkdir, readdir, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { everywhere, type Reach } from '../reach/reach.ts'

/** Most Windows users lack the right to link a file. A file up to this size is copied instead. */
const maxCopiedFileBytes = 64 * 1024 * 1024

/**
 * Makes `at` read as the user's `target`. Without the right to link, a folder becomes a junction and a file a copy.
 * Returns false if neither was possible.
 */
export async function linkTo(target: string, at: string): Promise<boolean> {
  const isFolder = await stat(target).then(
    (info) => info.isDirectory(),
    () => undefined,
  )
  // Kometa would not find the target of a dangling link either, but it could create it.
  if (isFolder === undefined) return false
  try {
    await symlink(target, at, isFolder ? 'dir' : 'file')
    return true
  } catch (error) {
    if (!isMissingRight(error)) throw error
  }
  if (isFolder) {
    await symlink(target, at, 'junction')
    return true
  }
  return copyPrivately(target, at, maxCopiedFileBytes)
}

const isMissingRight = (error: unknown): boolean => process.platform === 'win32' && hasErrorCode(error, 'EPERM')

/**
 * Makes a copy that only its owner can read and write. It keeps the time of the original, by which Kometa judges
 * caches. Returns false if the source is no file or too large.
 */
export async function copyPrivately(
  named: string,
  to: string,
  maxBytes: number,
  reach: Reach = everywhere,
): Promise<boolean> {
  const source = await reach.way(named)
  if (source === null) return false
  const info = await stat(source).catch(() => undefined)
  if (!info?.isFile() || info.size > maxBytes) return false
  await copyFile(source, to)
  await chmod(to, 0o600)
  await utimes(to, info.atime, info.mtime)
  return true
}

/**
 * Copies a folder of small files. Links would not do, since Kometa writes into the folder. Files beyond the limit
 * are left out.
 */
export async function copyFolder(source: string, to: string, maxBytes: number, reach: Reach): Promise<void> {
  let left = maxBytes
  const copy = async (named: string, at: string): Promise<void> => {
    const from = await reach.way(named)
    if (from === null) return
    await mkdir(at, { recursive: true, mode: 0o700 })
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [path, copied] = [join(from, entry.name), join(at, entry.name)]
      if (entry.isDirectory()) await copy(path, copied)
      else if (await copyPrivately(path, copied, left, reach)) left -= (await stat(copied)).size
    }
  }
  await copy(source, to)
}
