import type { ApiProblem, requestErrorCodes } from '../../contract/api/api-common.ts'
import { AppError, type ErrorCode } from '../../contract/errors.ts'

type RequestErrorCode = (typeof requestErrorCodes)[number]

/** Something wrong with a request itself, with the status that it is answered with. */
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

/** What the browser is told of an error; `secrets` scrubs it. A bug shows no more than that there is one. */
export function describeProblem(
  error: unknown,
  scrub: (text: string) => string,
): { status: number; problem: ApiProblem } {
  if (error instanceof RequestProblem) {
    const { status, code, message, hint } = error
    return { status, problem: { code, message: scrub(message), hint: hint === null ? null : scrub(hint), details: [] } }
  }
  if (error instanceof AppError) return { status: statusOf(error.code), problem: problemOf(error, scrub) }
  return {
    status: 500,
    problem: { code: 'INTERNAL', message: 'Something went wrong inside Kometa Preview.', hint: null, details: [] },
  }
}

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
  return code.startsWith('PLEX_') ? 502 : 422
}
