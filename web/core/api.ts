import type { ApiProblem, RouteBody, RouteParams, RouteQuery, RouteReply } from '../../src/contract/api/api.ts'
import { apiPaths, apiUrl, type QueryValue, type RouteName } from '../../src/contract/api/api-paths.ts'

export { apiUrl, thumbnailWidths } from '../../src/contract/api/api-paths.ts'

/** The failure of a call. `OFFLINE`: the server did not answer at all. */
export class ApiError extends Error {
  readonly code: ApiProblem['code'] | 'OFFLINE'
  readonly hint: string | null
  readonly details: readonly string[]
  readonly status: number

  constructor(problem: Omit<ApiProblem, 'code'> & { code: ApiError['code'] }, status: number) {
    super(problem.message)
    this.name = 'ApiError'
    this.code = problem.code
    this.hint = problem.hint
    this.details = problem.details
    this.status = status
  }
}

type Given<Name extends RouteName> = { signal?: AbortSignal } & ([RouteParams<Name>] extends [undefined]
  ? { params?: undefined }
  : { params: RouteParams<Name> }) &
  ([RouteQuery<Name>] extends [undefined] ? { query?: undefined } : { query?: RouteQuery<Name> }) &
  ([RouteBody<Name>] extends [undefined] ? { body?: undefined } : { body: RouteBody<Name> })

/** Calls a route of the contract. Throws ApiError; an abort is passed on as it is. */
export async function call<Name extends RouteName>(route: Name, given: Given<Name>): Promise<RouteReply<Name>> {
  const { params, query, body, signal } = given
  const url = apiUrl(route, (params ?? {}) as Record<string, string>, (query ?? {}) as Record<string, QueryValue>)
  const response = await send(url, {
    method: apiPaths[route][0],
    ...(signal ? { signal } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  if (!response.ok) throw await problemOf(response)
  // Server and page are one version, and the server's schemas check each answer, so that the types are true.
  return (response.status === 204 ? undefined : await response.json()) as RouteReply<Name>
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(
      {
        code: 'OFFLINE',
        message: 'The studio does not answer.',
        hint: 'Is kometa-preview still running? This page continues by itself when it is back.',
        details: [],
      },
      0,
    )
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const reply: unknown = await response.json().catch(() => null)
  if (isErrorReply(reply)) return new ApiError(reply.error, response.status)
  return new ApiError(
    { code: 'INTERNAL', message: `The studio answered with ${response.status}.`, hint: null, details: [] },
    response.status,
  )
}

function isErrorReply(reply: unknown): reply is { error: ApiProblem } {
  if (typeof reply !== 'object' || reply === null || !('error' in reply)) return false
  const { error } = reply
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}
