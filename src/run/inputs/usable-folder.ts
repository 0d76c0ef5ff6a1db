import { access, chmod, constants, stat } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import { makeFolderDurably } from '../../util/files/durable-folder.ts'
import { errorCodeOf, hasErrorCode } from '../../util/unknown-error.ts'

/** Makes a folder and checks that this process may write there. FOLDER_UNUSABLE, in one line, if the system refuses. */
export function makeUsableFolder(path: string, permissions?: number): Promise<void> {
  return inWordsOfFolder(path, async () => {
    await makeFolderDurably(path, permissions)
    await access(path, constants.W_OK)
  })
}

/** Whether other users of this machine may look into a folder. Windows has no such permissions. */
export async function isOpenToOthers(path: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0
}

/** Closes a folder to other users; false if the system does not allow that. */
export async function closeToOthers(path: string): Promise<boolean> {
  if (!(await isOpenToOthers(path))) return true
  return chmod(path, 0o700).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (hasErrorCode(error, 'EPERM', 'EROFS')) return false
      throw error
    },
  )
}

/** Runs what makes a folder usable; an error of the system becomes FOLDER_UNUSABLE. */
export async function inWordsOfFolder(path: string, make: () => Promise<void>): Promise<void> {
  try {
    await make()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const code = errorCodeOf(cause)
    throw new AppError('FOLDER_UNUSABLE', `The folder ${path} cannot be written: ${words[code] ?? (code || cause)}`, {
      hint: 'Choose another one: --out for the job, --data for what Kometa Preview keeps itself.',
      cause,
    })
  }
}

/**
 * An error of a disk that takes no more data, as an AppError in one line; null for any other error. Codes that may come
 * from a bug of ours (a missing folder, no permission) are left as they are.
 */
export function diskError(error: unknown, hasStarted: boolean): AppError | null {
  // An error of a disposer hides the error that came before it.
  if (error instanceof Error && 'suppressed' in error && 'error' in error) {
    return diskError(error.error, hasStarted) ?? diskError(error.suppressed, hasStarted)
  }
  if (error instanceof AppError || !(error instanceof Error) || !('code' in error)) return null
  const why = diskWords[String(error.code)]
  if (why === undefined) return null
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file of the job'
  return new AppError(hasStarted ? 'DISK_FULL' : 'DISK_SPACE', `${path} cannot be written: ${why}`, {
    hint: 'Make room there, or choose another folder: --out for the job, --data for what Kometa Preview keeps itself.',
    cause: error,
  })
}

const diskWords: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full, or has no room for another file',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk fails',
  EFBIG: 'the file would be larger than is allowed',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  // Node reports ENOENT if the parent folder cannot be made on a read-only disk.
  ENOENT: 'it cannot be made',
  ENOTDIR: 'a file stands in its way',
  EEXIST: 'a file stands in its way',
  ENOSPC: 'the disk is full',
}
