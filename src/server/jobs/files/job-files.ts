import { type Beneath, isUnsafePath } from '../../../util/beneath/beneath.ts'
import { errorCodeOf } from '../../../util/unknown-error.ts'

/** The text of a file of a job; null if it is missing, larger, or may not be read. */
export async function readJobText(job: Beneath, path: string, maxBytes: number): Promise<string | null> {
  try {
    return String(await job.read(path, maxBytes))
  } catch (error) {
    return nullIfUnreadable(error)
  }
}

/** All plain files below a folder of a job, without links; [] if the folder is a link or is missing. */
export function listJobFiles(job: Beneath, folder: string): { path: string; name: string }[] {
  try {
    return job.list(folder).flatMap(({ name, kind }) => {
      const path = folder === '' ? name : `${folder}/${name}`
      if (kind === 'folder') return listJobFiles(job, path)
      return kind === 'file' ? [{ path, name }] : []
    })
  } catch (error) {
    return nullIfUnreadable(error) ?? []
  }
}

/** The size of all files of a job, in bytes. */
export async function jobBytes(job: Beneath): Promise<number> {
  let bytes = 0
  for (const { path } of listJobFiles(job, '')) bytes += (await job.look(path))?.size ?? 0
  return bytes
}

/** The folders of a job that are written, or read as a whole. */
const ownFolders = ['studio', 'studio/differences', 'config', 'input', 'logs', 'output']

/** False if one of the folders is a link or a file: such a job is not shown. */
export async function isPlainJob(job: Beneath): Promise<boolean> {
  try {
    for (const folder of ownFolders) {
      const info = await job.look(folder)
      if (info !== null && !info.isDirectory()) return false
    }
    return true
  } catch (error) {
    if (isUnsafePath(error)) return false
    throw error
  }
}

/** null for a file that is missing, is no plain file of the job, or may not be read. Throws any other error. */
export function nullIfUnreadable(error: unknown): null {
  const code = errorCodeOf(error)
  if (isUnsafePath(error) || ['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG'].includes(code)) return null
  throw error
}
