import { relative, resolve, sep } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import type { JobFolder } from '../job-folder/job-folder.ts'

/**
 * The path in the job of the before picture that a target names; undefined where it names none. It need not be there.
 * JOB_PATH_UNSAFE for one that is not below the job folder, that is or goes through a link, or cannot be read.
 */
export async function findInput({ dir, files }: JobFolder, target: PreviewTarget): Promise<string | undefined> {
  if (target.input === undefined) return undefined
  const path = relative(dir, resolve(dir, target.input)).split(sep).join('/')
  try {
    const info = await files.look(path)
    if (info && !info.isDirectory()) await (await files.open(path, 'read')).close()
    return path
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('JOB_PATH_UNSAFE', `the input of the target "${target.id}" is not taken: ${why}`, {
      hint: 'Name a picture file below the job folder, or leave input out: then Plex is asked.',
      cause,
    })
  }
}
