import { AppError } from '../../contract/errors.ts'
import type { Redactor } from '../../util/redact.ts'

/** The same error without secrets in what is shown of it: a file or an address of the user's config may hold one. */
export function redactError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof AppError)) return error
  const { code, hint, details, cause, place } = error
  return new AppError(code, redactor.text(error.message), {
    ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
    ...(place === undefined ? {} : { place }),
    details: details.map(redactor.text),
    cause,
  })
}
