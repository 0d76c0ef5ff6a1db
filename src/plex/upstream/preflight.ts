import { createContainerReader, type ReadContainer } from '../items/read-container.ts'
import { type PlexReader, tokenRefused } from '../items/reads.ts'
import type { PlexConnection } from './connection.ts'
import { identify, notPlex, preflightTimeoutMs } from './identify.ts'
import type { PlexSection } from './server-answers.ts'

/** What is known about a server before a job starts. */
export interface Preflight {
  machineIdentifier: string
  name: string
  version: string
  /**
   * False when Plex answers a read from this machine without a token ("allowed without auth" networks). Kometa then
   * needs no token either.
   */
  tokenIsBarrier: boolean
  sections: readonly PlexSection[]
  /**
   * Path -> digest of the whole answer, for `/` and `/library/sections`. Later jobs compare answers with these digests.
   */
  digests: ReadonlyMap<string, string>
}

/**
 * Reads Plex before a job starts. The first read asks without the token whether this is a Plex server
 * (PLEX_UNREACHABLE, PLEX_TLS_UNTRUSTED, PLEX_NOT_A_SERVER). Three reads then run in parallel: the server's name
 * (PLEX_TOKEN_REFUSED for a wrong token), its libraries, and a check that Plex refuses a read without a token (skipped
 * if `isBarrier` says so already).
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

/** Only a refusal proves that the token is required; a 500 proves nothing. */
async function refusesWithoutToken(read: ReadContainer): Promise<boolean> {
  const { status } = await read('/library/sections', { withoutToken: true, timeoutMs: preflightTimeoutMs })
  return status === 401 || status === 403
}

/** Reads the server's name, which `/identity` does not contain. */
async function readRoot(read: ReadContainer, url: string): Promise<{ name: string | null; digest: string }> {
  const { status, container, digest } = await read('/', { timeoutMs: preflightTimeoutMs })
  if (status === 401) throw tokenRefused(url)
  if (status !== 200 || !container) throw notPlex(url, status)
  return { name: container.friendlyName, digest: digest() }
}
