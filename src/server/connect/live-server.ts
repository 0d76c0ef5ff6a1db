import { isIP } from 'node:net'
import type { ConfigServer } from '../../config/read/plex-servers.ts'
import type { ConnectedServer } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import { createPlexReader, type PlexReader } from '../../plex/items/reads.ts'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { type Preflight, preflight } from '../../plex/upstream/preflight.ts'
import type { PlexSection } from '../../plex/upstream/server-answers.ts'
import { createPlexConnection } from '../../plex/upstream/upstream.ts'
import { problemOf } from '../http/request-problem.ts'

/** One Plex server of the connected config. */
export interface LiveServer {
  /** Its place in `JobConfig.servers`. */
  index: number
  url: string
  connection: PlexConnection
  reader: PlexReader
  /** null if the server cannot be used; `error` says why. */
  info: Preflight | null
  sections: readonly PlexSection[]
  error: AppError | null
}

/**
 * Asks a server who it is. An address that does not answer as Plex does is not used. Of its answer only the status is
 * shown, since a pasted config may name any address.
 */
export async function reachServer(
  server: ConfigServer,
  index: number,
  fallbackIdentifier: string,
  signal: AbortSignal,
): Promise<LiveServer> {
  const connection = createPlexConnection({
    ...server,
    clientIdentifier: server.clientIdentifier ?? fallbackIdentifier,
  })
  const reader = createPlexReader(connection, { signal })
  const live: LiveServer = { index, url: server.url, connection, reader, info: null, sections: [], error: null }
  try {
    refuseMetadataAddress(server.url)
    live.info = await preflight(connection, reader, { signal })
    live.sections = live.info.sections
  } catch (error) {
    if (!(error instanceof AppError)) {
      await connection[Symbol.asyncDispose]()
      throw error
    }
    live.info = null
    live.error = error
  }
  return live
}

/** No Plex has a link-local address, and cloud machines can get credentials there. */
function refuseMetadataAddress(url: string): void {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  const isLinkLocal =
    isIP(host) === 4 ? host.startsWith('169.254.') : /^fe[89ab]|^::ffff:a9fe|^fd00:ec2::254$/.test(host)
  const isUnspecified = host === '0.0.0.0' || host === '::'
  if ((isIP(host) !== 0 && (isLinkLocal || isUnspecified)) || host === 'metadata.google.internal') {
    throw new AppError('PLEX_NOT_A_SERVER', `${host} is not the address of a Plex server`, {
      hint: 'Write the address of your Plex into plex.url, such as http://192.168.1.10:32400.',
    })
  }
}

export function describeServer(server: LiveServer, scrub: (text: string) => string): ConnectedServer {
  const { info, error, url } = server
  return {
    id: info?.machineIdentifier ?? null,
    url: scrub(url),
    name: info?.name ?? '',
    version: info?.version ?? '',
    tokenIsBarrier: info?.tokenIsBarrier ?? null,
    problem: error === null ? null : problemOf(error, scrub),
  }
}
