import { AppError } from '../../contract/errors.ts'

/** The refusal to open a path, with the name that the user knows and the reason. */
export function unsafePath(shown: string, why: string): AppError {
  return new AppError('JOB_PATH_UNSAFE', `${shown} ${why}`, {
    hint: 'In a job folder only plain files and folders are opened. Remove it, or choose another job folder.',
  })
}

export const isUnsafePath = (error: unknown): boolean => error instanceof AppError && error.code === 'JOB_PATH_UNSAFE'

/** What is at a path, in words for a refusal. */
export function describeOddity(info: {
  isSymbolicLink(): boolean
  isDirectory(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}): string {
  if (info.isSymbolicLink()) return 'is a link'
  if (info.isDirectory()) return 'is a folder where a file should be'
  if (info.isFIFO()) return 'is a pipe'
  if (info.isSocket()) return 'is a socket'
  return 'is a device'
}

/** Puts the path that the user knows into an error of the system, in place of the path that the call used. */
export function withShownPath(error: unknown, used: string, shown: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError || used === shown) return error
  const restate = (text: string) => text.replaceAll(used, shown)
  error.message = restate(error.message)
  if ('path' in error && typeof error.path === 'string') error.path = restate(error.path)
  if ('dest' in error && typeof error.dest === 'string') error.dest = restate(error.dest)
  return error
}

/**
 * The parts of a path below a folder. Absolute paths, `..` and empty parts are refused, and so is everything that
 * Windows takes for a drive, a stream or a separator: the names in a summary.json may come from anybody.
 */
export function partsOf(path: string, root: string): string[] {
  const parts = path.split('/')
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || part.includes('\0') || (isWindows && /[\\:]/.test(part))
  if (parts.some(isBad)) throw unsafePath(JSON.stringify(path), `is not a path inside the folder ${root}`)
  return parts
}

const isWindows = process.platform === 'win32'
