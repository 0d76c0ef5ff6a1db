import { AppError } from '../contract/errors.ts'
import type { PlexConnection } from './connection.ts'
import { createContainerReader } from './read-container.ts'
import type { PlexReader } from './reads.ts'
import type { PlexSection } from './server-answers.ts'

/** How long Plex may take for each of the first reads. */
const preflightTimeoutMs = 15_000

/** What is known of a server before a job starts. */
export interface Preflight {
  machineIdentifier: string
  name: string
  version: string
  /** False when Plex answers a read without a token from here ("allowed without auth" networks): then Kometa needs none either. */
  tokenIsBarrier: boolean
  sections: readonly PlexSection[]
  /** Path -> digest of the whole answer, of `/` and `/library/sections`: what an answer of an earlier job is compared by. */
  digests: ReadonlyMap<string, string>
}

/**
 * Three reads before anything starts: is it a Plex server (PLEX_UNREACHABLE, PLEX_TLS_UNTRUSTED, PLEX_NOT_A_SERVER),
 * does it take the token (PLEX_TOKEN_REFUSED), which libraries has it, and does it refuse the same read without a token.
 */
export async function preflight(
  connection: PlexConnection,
  reader: PlexReader,
  options: { signal?: AbortSignal } = {},
): Promise<Preflight> {
  const { url } = connection.address
  const { machineIdentifier, friendlyName, version, digest } = await identify(connection, options.signal)
  const read = createContainerReader(connection, options.signal)
  const [bare, sections] = await Promise.all([
    read('/library/sections', { withoutToken: true, timeoutMs: preflightTimeoutMs }),
    reader.sections(),
  ])
  return {
    machineIdentifier,
    name: friendlyName ?? url,
    version: version ?? '',
    // Only a refusal proves a barrier; a 500 here proves nothing.
    tokenIsBarrier: bare.status === 401 || bare.status === 403,
    sections: sections.list,
    digests: new Map([
      ['/', digest],
      ['/library/sections', sections.digest],
    ]),
  }
}

/** `/` tells what `/identity` does, and whether the token is taken. */
async function identify(connection: PlexConnection, signal?: AbortSignal) {
  const { url } = connection.address
  const { status, container, digest } = await createContainerReader(connection, signal)('/', {
    timeoutMs: preflightTimeoutMs,
  }).catch((error: unknown) => {
    throw silent(error, url)
  })
  if (status === 200 && container?.machineIdentifier) {
    const { machineIdentifier, friendlyName, version } = container
    return { machineIdentifier, friendlyName, version, digest: digest() }
  }
  if (status === 401) {
    throw new AppError('PLEX_TOKEN_REFUSED', `Plex at ${url} refuses the token (401)`, {
      hint: 'Check plex.token: a token ends when its device is signed out or the password changed.',
    })
  }
  if (status === 503 || status === 502 || status === 504) {
    throw new AppError('PLEX_UNREACHABLE', `Plex at ${url} is not ready (it answers ${status})`, {
      hint: 'Plex is starting or in maintenance, or the proxy in front of it cannot reach it: try again later.',
    })
  }
  throw new AppError('PLEX_NOT_A_SERVER', `what answers at ${url} is not a Plex server (it answers ${status})`, {
    hint:
      status >= 300 && status < 400
        ? 'It sends elsewhere, and redirects are not followed: give the final address in plex.url.'
        : 'Check plex.url: host, port (Plex: 32400), http or https, and the path of a reverse proxy.',
  })
}

/** A server that breaks off before it has said who it is counts as not answering. */
function silent(error: unknown, url: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'PLEX_READ_FAILED') return error
  return new AppError('PLEX_UNREACHABLE', `Plex at ${url} does not answer: ${error.message}`, {
    // Plex set to "secure connections: required" closes a plain connection without a word.
    hint: url.startsWith('http:')
      ? 'Check plex.url; where Plex requires secure connections it must start with https://.'
      : 'Check plex.url, and that Plex is running.',
    cause: error,
  })
}
