import { relative, resolve, sep } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { partsOf } from '../../util/beneath/unsafe-path.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { openIfThere } from '../job-folder/job-folder.ts'

/**
 * The path, inside the job, of the before picture that a target names; undefined if it names none. Neither the picture
 * nor the job folder has to exist. JOB_PATH_UNSAFE if the path leaves the job folder, crosses a link or cannot be read.
 */
export async function findInput(jobDir: string, target: PreviewTarget): Promise<string | undefined> {
  if (target.input === undefined) return undefined
  const dir = resolve(jobDir)
  const path = relative(dir, resolve(dir, target.input)).split(sep).join('/')
  try {
    partsOf(path, dir)
    const files = openIfThere(dir)
    if (files !== null) await checkReadable(files, path)
    return path
  } catch (cause) {
    const why = messageOf(cause)
    throw new AppError('JOB_PATH_UNSAFE', `the input of the target "${target.id}" is not taken: ${why}`, {
      hint: 'Name a picture file below the job folder, or leave input out: then Plex is asked.',
      cause,
    })
  }
}

async function checkReadable(files: Beneath, path: string): Promise<void> {
  const info = await files.look(path)
  if (info && !info.isDirectory()) await (await files.open(path, 'read')).close()
}
