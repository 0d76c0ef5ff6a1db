import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'

/**
 * A job folder may come from anybody: unpacked, copied, written by another program. What is read in one is a plain file
 * inside of it, links resolved first, and never a pipe that would hold up its reader for ever.
 */

/** The real path of a file of a job; null where there is none, or where the way to it leads out of the job's folder. */
export async function findJobFile(jobDir: string, path: string): Promise<string | null> {
  const root = await realpath(jobDir).catch(() => null)
  const file = await realpath(resolve(jobDir, path)).catch(() => null)
  if (root === null || file === null || !file.startsWith(root + sep)) return null
  return (await stat(file).catch(() => null))?.isFile() ? file : null
}

/** The text of a file of a job; null where there is none that may be read, or a larger one. */
export async function readJobText(jobDir: string, path: string, maxBytes: number): Promise<string | null> {
  const file = await findJobFile(jobDir, path)
  const info = file === null ? null : await stat(file).catch(() => null)
  if (file === null || info === null || info.size > maxBytes) return null
  return readFile(file, 'utf8').catch(() => null)
}

/** All plain files below a folder of a job, links left out; [] where the folder is none of the job's own. */
export async function listJobFiles(jobDir: string, folder: string): Promise<{ path: string; name: string }[]> {
  const top = join(jobDir, folder)
  if (!(await isOwnFolder(top))) return []
  const entries = await readdir(top, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.flatMap((entry) =>
    entry.isFile() ? [{ path: join(entry.parentPath, entry.name), name: entry.name }] : [],
  )
}

/** Folders of a job that something is written into, or read from as a whole. */
const ownFolders = ['studio', 'studio/differences', 'config', 'input', 'logs', 'output']

/** False for a folder in whose place a link stands, whether it leads out of the job or not. */
export async function isPlainJob(jobDir: string): Promise<boolean> {
  for (const folder of ownFolders) {
    const info = await lstat(join(jobDir, folder)).catch(() => null)
    if (info !== null && !info.isDirectory()) return false
  }
  return true
}

const isOwnFolder = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => null))?.isDirectory() ?? false
