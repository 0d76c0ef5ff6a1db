import type { ApiProblem, requestErrorCodes } from '../../contract/api/api-common.ts'
import { AppError, type ErrorCode } from '../../contract/errors.ts'
import { systemRefusal } from '../../util/system-refusal.ts'

type RequestErrorCode = (typeof requestErrorCodes)[number]

/** Something is wrong with a request. The answer has this status. */
export class RequestProblem extends Error {
  readonly status: number
  readonly code: RequestErrorCode
  readonly hint: string | null
  /** For Retry-After. */
  readonly retryAfterSeconds: number | null

  constructor(
    status: number,
    code: RequestErrorCode,
    message: string,
    options: { hint?: string; retryAfterSeconds?: number } = {},
  ) {
    super(message)
    this.name = 'RequestProblem'
    this.status = status
    this.code = code
    this.hint = options.hint ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

export const notFound = (message = 'There is nothing here.'): RequestProblem =>
  new RequestProblem(404, 'NOT_FOUND', message)

/** What the browser is told about an error, scrubbed. About a bug it is told no more than that there is one. */
export function describeProblem(
  error: unknown,
  scrub: (text: string) => string,
): { status: number; problem: ApiProblem } {
  if (error instanceof RequestProblem) {
    const { status, code, message, hint } = error
    return { status, problem: { code, message: scrub(message), hint: hint === null ? null : scrub(hint), details: [] } }
  }
  const known = error instanceof AppError ? error : systemRefusal(error)
  return known
    ? { status: statusOf(known.code), problem: problemOf(known, scrub) }
    : { status: 500, problem: bugProblem }
}

/** The browser's words for a bug; its stack is printed where Kometa Preview was started. */
const bugProblem: ApiProblem = {
  code: 'INTERNAL',
  message: 'This is a bug of Kometa Preview.',
  hint: 'The window in which Kometa Preview was started says more: please report that.',
  details: [],
}

/** An error without a request of its own, as the studio keeps and shows it. */
export const problemOfFailure = (error: unknown): ApiProblem => describeProblem(error, (text) => text).problem

export function problemOf(error: AppError, scrub: (text: string) => string): ApiProblem {
  return {
    code: error.code,
    message: scrub(error.message),
    hint: error.hint === undefined ? null : scrub(error.hint),
    details: error.details.map(scrub),
  }
}

function statusOf(code: ErrorCode): number {
  if (code === 'JOB_NOT_FOUND') return 404
  if (code === 'JOB_IN_USE' || code === 'SECRETS_GONE') return 409
  if (code === 'DISK_SPACE' || code === 'DISK_FULL') return 507
  if (code === 'SYSTEM_REFUSED') return 500
  return code.startsWith('PLEX_') ? 502 : 422
}

export const noSuchJob = (): RequestProblem => notFound('There is no such job; it may have been deleted.')
