/** Returns the code that Node gives an error, such as `ENOENT`, or '' when the error has none. */
export function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Tells whether an error has one of these codes, such as `ENOENT` or `EPERM`. */
export const hasErrorCode = (error: unknown, ...codes: readonly string[]): boolean => codes.includes(errorCodeOf(error))

/** Returns the message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
