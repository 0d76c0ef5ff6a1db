import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { allowRead } from '../../policy/classify-read.ts'
import type { PlexConnection } from '../upstream/connection.ts'

/** How long Plex may take for one of our own reads, unless the read sets its own time limit. */
const readTimeoutMs = 30_000
/** The largest answer to one of our own reads; a page of a listing is about 3 MB. */
const maxAnswerBytes = 16 * 1024 * 1024

const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const name = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null)
  .transform((value) => value || null)
const elements = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((list) => list ?? [])

const answer = z.object({
  MediaContainer: z.object({
    size: count,
    totalSize: count,
    librarySectionID: name,
    librarySectionTitle: name,
    machineIdentifier: name,
    friendlyName: name,
    version: name,
    Metadata: elements,
    Directory: elements,
  }),
})
/** The MediaContainer of an answer: the attributes that we use, and its elements unparsed. */
export type PlexContainer = z.infer<typeof answer>['MediaContainer']

interface ContainerAnswer {
  status: number
  /** null when the answer is not a MediaContainer. */
  container: PlexContainer | null
  /** Digest of the answer's bytes; equal digests mean equal answers. */
  digest(): string
}

interface ContainerReadOptions {
  /** Paging, sent in headers as plexapi does (plexapi base.py:343-379). */
  page?: { start: number; size: number }
  timeoutMs?: number
  withoutToken?: boolean
}

/** Reads one JSON answer of Plex. */
export type ReadContainer = (pathAndQuery: string, options?: ContainerReadOptions) => Promise<ContainerAnswer>

/**
 * Creates the function for our own reads of Plex: JSON, limited by `readTimeoutMs` and `maxAnswerBytes`. Any status is
 * returned. Errors of the connection are passed on, and a Plex that takes too long is PLEX_UNREACHABLE. An abort of
 * `signal` rejects with its reason.
 */
export function createContainerReader(connection: PlexConnection, signal?: AbortSignal): ReadContainer {
  return async (pathAndQuery, options = {}) => {
    const timeoutMs = options.timeoutMs ?? readTimeoutMs
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const { status, body } = await connection.get(
        {
          method: 'GET',
          resource: allowRead(pathAndQuery),
          headers: {
            accept: 'application/json',
            ...(options.page && {
              'x-plex-container-start': String(options.page.start),
              'x-plex-container-size': String(options.page.size),
            }),
          },
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
          ...(options.withoutToken && { withoutToken: true }),
        },
        { maxBytes: maxAnswerBytes },
      )
      const digest = () => createHash('sha256').update(body).digest('hex')
      return { status, container: parseContainer(body), digest }
    } catch (error) {
      throw readFailure(error, { url: connection.address.url, timeoutMs, timeout, ...(signal && { signal }) })
    }
  }
}

function parseContainer(body: Buffer): PlexContainer | null {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    // An answer that is not JSON (a login page, an old server's XML) is not an error here: the caller decides.
    if (error instanceof SyntaxError) return null
    throw error
  }
  const parsed = answer.safeParse(value)
  return parsed.success ? parsed.data.MediaContainer : null
}

/**
 * The error of a read that ended early: the job's own abort comes first, then our time limit, then the connection's
 * error.
 */
export function readFailure(
  error: unknown,
  read: { url: string; timeoutMs: number; timeout: AbortSignal; signal?: AbortSignal },
): unknown {
  if (read.signal?.aborted) return read.signal.reason
  if (!read.timeout.aborted) return error
  return new AppError('PLEX_UNREACHABLE', `Plex at ${read.url} did not answer within ${read.timeoutMs / 1000} s`, {
    hint: 'Check that Plex is running and not busy with maintenance, then try again.',
    cause: error,
  })
}
