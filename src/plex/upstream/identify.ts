import { AppError } from '../../contract/errors.ts'
import { createContainerReader } from '../items/read-container.ts'
import type { PlexConnection, PlexIdentity } from './connection.ts'

/** How long Plex may take for each read before a job starts. */
export const preflightTimeoutMs = 15_000

/**
 * Asks `/identity` without the token and lets the connection use the token only if a Plex Media Server answers. Throws
 * PLEX_UNREACHABLE, PLEX_TLS_UNTRUSTED, PLEX_NOT_A_SERVER. Another machine on the network can pretend to be Plex; only
 * TLS reveals that.
 */
export async function identify(connection: PlexConnection, signal?: AbortSignal): Promise<PlexIdentity> {
  const { url } = connection.address
  const read = createContainerReader(connection, signal)
  const { status, container } = await read('/identity', { timeoutMs: preflightTimeoutMs, withoutToken: true }).catch(
    (error: unknown) => {
      throw silent(error, url)
    },
  )
  if (status !== 200 || !container?.machineIdentifier) throw notPlex(url, status)
  const { machineIdentifier, version } = container
  const identity = { machineIdentifier, version: version ?? '' } as PlexIdentity
  connection.trust(identity)
  return identity
}

/** The error for a first answer that does not come from Plex. */
export function notPlex(url: string, status: number): AppError {
  if (status === 503 || status === 502 || status === 504) {
    return new AppError('PLEX_UNREACHABLE', `Plex at ${url} is not ready (it answers ${status})`, {
      hint: 'Plex is starting or in maintenance, or the proxy in front of it cannot reach it: try again later.',
    })
  }
  return new AppError('PLEX_NOT_A_SERVER', `what answers at ${url} is not a Plex server (it answers ${status})`, {
    hint: notPlexHint(status),
  })
}

function notPlexHint(status: number): string {
  if (status >= 300 && status < 400) {
    return 'It sends elsewhere, and redirects are not followed: give the final address in plex.url.'
  }
  if (status === 401 || status === 403) {
    return 'Plex answers /identity to everybody: a proxy in front of it that asks for a password must let that path through.'
  }
  return 'Check plex.url: host, port (Plex: 32400), http or https, and the path of a reverse proxy.'
}

/** A server that closes the connection before it has identified itself counts as unreachable. */
function silent(error: unknown, url: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'PLEX_READ_FAILED') return error
  return new AppError('PLEX_UNREACHABLE', `Plex at ${url} does not answer: ${error.message}`, {
    // Plex with "secure connections: required" closes a plain connection without an answer.
    hint: url.startsWith('http:')
      ? 'Check plex.url; where Plex requires secure connections it must start with https://.'
      : 'Check plex.url, and that Plex is running.',
    cause: error,
  })
}
