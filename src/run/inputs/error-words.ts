import { AppError } from '../../contract/errors.ts'
import type { Redactor } from '../../util/redact.ts'
import { diskError } from './usable-folder.ts'

/**
 * The error as a user may see it: without secrets, which a file name or an address of the config may hold, and a disk
 * that takes no more data in one line. Anything but an AppError or a disk's error stays as it is, for it is a bug.
 */
export function inUserWords(error: unknown, redactor: Redactor, { hasStarted }: { hasStarted: boolean }): unknown {
  const told = diskError(error, hasStarted) ?? error
  if (!(told instanceof AppError)) return told
  const { code, hint, details, cause, place } = told
  return new AppError(code, redactor.text(told.message), {
    ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
    ...(place === undefined ? {} : { place }),
    details: details.map(redactor.text),
    cause,
  })
}
