/**
 * The one table of errors that a user can act on. Branch on the code, never on the text.
 * `exit` is the exit code of the command line: 2 = bad usage or config, 1 = the job failed.
 */
export const errorTable = {
  BAD_USAGE: { exit: 2 },
  CONFIG_UNREADABLE: { exit: 2 },
  CONFIG_INVALID_YAML: { exit: 2 },
  CONFIG_INVALID: { exit: 2 },
  CONFIG_NO_PLEX: { exit: 2 },
  CONFIG_NO_OVERLAYS: { exit: 2 },
  SECRET_UNRESOLVED: { exit: 2 },
  SECRET_NOT_SENT: { exit: 2 },
  SECRETS_GONE: { exit: 2 },
  OVERLAY_FILES_MISSING: { exit: 2 },
  PLEX_UNREACHABLE: { exit: 2 },
  PLEX_TLS_UNTRUSTED: { exit: 2 },
  PLEX_TOKEN_REFUSED: { exit: 2 },
  PLEX_NOT_A_SERVER: { exit: 2 },
  PLEX_READ_FAILED: { exit: 1 },
  LIBRARY_UNKNOWN: { exit: 2 },
  LIBRARY_TOO_LARGE: { exit: 2 },
  TARGETS_NONE: { exit: 2 },
  TARGET_UNKNOWN: { exit: 2 },
  TARGET_AMBIGUOUS: { exit: 2 },
  TARGET_ID_DUPLICATE: { exit: 2 },
  TARGET_ID_INVALID: { exit: 2 },
  JOB_NOT_FOUND: { exit: 2 },
  FOLDER_UNUSABLE: { exit: 2 },
  JOB_IN_USE: { exit: 2 },
  JOB_PATH_UNSAFE: { exit: 2 },
  DISK_SPACE: { exit: 2 },
  /** The disk became full after the job had started. */
  DISK_FULL: { exit: 1 },
  KOMETA_NOT_FOUND: { exit: 2 },
  KOMETA_UNSUPPORTED: { exit: 2 },
  KOMETA_REQUIREMENTS: { exit: 2 },
  PYTHON_NOT_FOUND: { exit: 2 },
  DOCKER_UNAVAILABLE: { exit: 2 },
  DOWNLOAD_FAILED: { exit: 1 },
  SETUP_FAILED: { exit: 1 },
  PORT_UNAVAILABLE: { exit: 2 },
  ISOLATION_UNAVAILABLE: { exit: 2 },
  CANCELLED: { exit: 130 },
  RUN_FAILED: { exit: 1 },
  /** A file of our own does not hold what we wrote. */
  FILE_DAMAGED: { exit: 1 },
  /** The operating system refused something, in its own words. */
  SYSTEM_REFUSED: { exit: 1 },
} as const satisfies Record<string, { exit: 1 | 2 | 130 }>

export type ErrorCode = keyof typeof errorTable

export interface AppErrorOptions {
  /** What the user can do about it: one sentence. */
  hint?: string
  cause?: unknown
  /** More lines for the terminal, such as the candidates of an ambiguous target. */
  details?: readonly string[]
  /** The place in the file that the message names; both count from 1. */
  place?: { line: number; column: number }
}

/**
 * An error that a user can act on. The message is one line without a secret. Bugs are thrown as built-in errors
 * instead.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: readonly string[]
  readonly place: { line: number; column: number } | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? []
    this.place = options.place
  }

  get exitCode(): 1 | 2 | 130 {
    return errorTable[this.code].exit
  }
}
