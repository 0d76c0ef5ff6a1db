import { createContainerReader, type ReadContainer } from '../items/read-container.ts'
import { type PlexReader, tokenRefused } from '../items/reads.ts'
import type { PlexConnection } from './connection.ts'
import { identify, notPlex, preflightTimeoutMs } from './identify.ts'
import type { PlexSection } from './server-answers.ts'

/** What is known of a server before a job starts. */
export interface Preflight {
  machineIdentifier: string
  name: string
  version: string
  /**
   * False when Plex answers a read without a token from here ("allowed without auth" networks): then Kometa needs none
   * either.
   */
  tokenIsBarrier: boolean
  sections: readonly PlexSection[]
  /**
   * Path -> digest of the whole answer, of `/` and `/library/sections`: what an answer of an earlier job is compared
   * by.
   */
  digests: ReadonlyMap<string, string>
}

/**
 * Four reads before anything starts: is it a Plex server, asked without the token (PLEX_UNREACHABLE,
 * PLEX_TLS_UNTRUSTED,
 * PLEX_NOT_A_SERVER); then at once: does it take the token (PLEX_TOKEN_REFUSED) and what is its name, which libraries
 * has it,
 * and does it refuse the same read without a token (not asked where `isBarrier` says that it did a moment ago).
 */
export async function preflight(
  connection: PlexConnection,
  reader: PlexReader,
  options: { signal?: AbortSignal; isBarrier?: boolean } = {},
): Promise<Preflight> {
  const { url } = connection.address
  const { machineIdentifier, version } = await identify(connection, options.signal)
  const read = createContainerReader(connection, options.signal)
  const [tokenIsBarrier, sections, root] = await Promise.all([
    options.isBarrier || refusesWithoutToken(read),
    reader.sections(),
    readRoot(read, url),
  ])
  return {
    machineIdentifier,
    name: root.name ?? url,
    version,
    tokenIsBarrier,
    sections: sections.list,
    digests: new Map([
      ['/', root.digest],
      ['/library/sections', sections.digest],
    ]),
  }
}

/** Only a refusal proves a barrier; a 500 here proves nothing. */
async function refusesWithoutToken(read: ReadContainer): Promise<boolean> {
  const { status } = await read('/library/sections', { withoutToken: true, timeoutMs: preflightTimeoutMs })
  return status === 401 || status === 403
}

/** The server's name, which `/identity` does not tell. */
async function readRoot(read: ReadContainer, url: string): Promise<{ name: string | null; digest: string }> {
  const { status, container, digest } = await read('/', { timeoutMs: preflightTimeoutMs })
  if (status === 401) throw tokenRefused(url)
  if (status !== 200 || !container) throw notPlex(url, status)
  return { name: container.friendlyName, digest: digest() }
}
