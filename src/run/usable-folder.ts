import { access, constants, mkdir } from 'node:fs/promises'
import { AppError } from '../contract/errors.ts'

/** Makes a folder that a job writes into, and sees that it can. FOLDER_UNUSABLE in one line when the system does not let us. */
export async function makeUsableFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new AppError('FOLDER_UNUSABLE', `The folder ${path} cannot be written: ${words[code] ?? (code || cause)}`, {
      hint: 'Choose another one: --out for the job, --data for what Kometa Preview keeps itself.',
      cause,
    })
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  // Node says ENOENT when a folder above it cannot be made on a read-only disk.
  ENOENT: 'it cannot be made',
  ENOTDIR: 'a file stands in its way',
  EEXIST: 'a file stands in its way',
  ENOSPC: 'the disk is full',
}
