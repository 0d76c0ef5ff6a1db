import type { JobLibrary } from '../../config/read/job-libraries.ts'
import type { ConfigServer } from '../../config/read/plex-servers.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { AppError } from '../../contract/errors.ts'
import { createPlexReader, type PlexReader } from '../../plex/items/reads.ts'
import { findSection, type TargetLibrary, type TargetServer } from '../../plex/lookup/library-lookup.ts'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { type Preflight, preflight } from '../../plex/upstream/preflight.ts'
import { createPlexConnection } from '../../plex/upstream/upstream.ts'
import { closeOnFailure } from '../resources.ts'
import type { Barriers } from '../reuse/remembered.ts'
import { limitsOf } from './limits-of.ts'

/** One Plex server and token of the config, reached and judged. */
export interface JobServer {
  /** Its index in `JobConfig.servers`. */
  index: number
  /** machineIdentifier; captures are kept under this name. */
  id: string
  connection: PlexConnection
  reader: PlexReader
  info: Preflight
}

export interface JobServers extends AsyncDisposable {
  servers: readonly JobServer[]
  /** The same servers, as the lookup of targets wants them. */
  targetServers: TargetServer[]
  /** The libraries with overlays that Plex knows. */
  libraries: TargetLibrary[]
  warnings: string[]
}

/**
 * Connects to every server that holds a library with overlays. Throws PLEX_* in one clear line, and LIBRARY_UNKNOWN if
 * Plex has none of the libraries or lacks one that a target names. Any other missing library is a warning.
 */
export async function connectServers(
  config: JobConfig,
  options: { fallbackIdentifier: string; wanted: readonly string[]; signal: AbortSignal; barriers?: Barriers },
): Promise<JobServers> {
  const overlaid = config.libraries.filter((library) => library.overlayFiles.length > 0 || library.removeOverlays)
  const indexes = [...new Set(overlaid.map((library) => library.serverIndex))]
  const connections = indexes.map((index) => openConnection(index, config, options.fallbackIdentifier))
  const all: AsyncDisposable = {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map(({ connection }) => connection[Symbol.asyncDispose]()))
    },
  }
  return closeOnFailure(all, async () => {
    const servers = await Promise.all(connections.map((opened) => askServer(opened, options)))
    const { libraries, warnings } = findLibraries(overlaid, servers, options.wanted)
    const targetServers = servers.map(({ index, id, reader, info }) => ({
      key: String(index),
      machineIdentifier: id,
      name: info.name,
      reader,
    }))
    return { ...all, servers, targetServers, libraries, warnings }
  })
}

interface OpenConnection {
  index: number
  server: ConfigServer
  connection: PlexConnection
}

function openConnection(index: number, { servers, preview }: JobConfig, fallbackIdentifier: string): OpenConnection {
  const server = servers[index]
  if (!server) throw new Error(`the config has no server ${index}`)
  const identified = { ...server, clientIdentifier: server.clientIdentifier ?? fallbackIdentifier }
  return { index, server, connection: createPlexConnection(identified, limitsOf(preview.timeouts).upstream) }
}

/** Asks who the server is and whether it takes the token. */
async function askServer(
  { index, server, connection }: OpenConnection,
  { signal, barriers }: { signal: AbortSignal; barriers?: Barriers },
): Promise<JobServer> {
  const { url, token } = server
  const reader = createPlexReader(connection, { signal })
  const isBarrier = barriers?.isKnown(url, token) === true
  const info = await preflight(connection, reader, { signal, isBarrier })
  if (info.tokenIsBarrier && !isBarrier) barriers?.note(url, token)
  return { index, id: info.machineIdentifier, connection, reader, info }
}

function findLibraries(overlaid: readonly JobLibrary[], servers: readonly JobServer[], wanted: readonly string[]) {
  const libraries: TargetLibrary[] = []
  const unknown: AppError[] = []
  for (const server of servers) {
    for (const { mappingName, libraryName, serverIndex } of overlaid) {
      if (serverIndex !== server.index) continue
      try {
        const section = findSection(server.info.sections, libraryName, server.info.name)
        const { key: sectionId, type: sectionType } = section
        libraries.push({ mappingName, libraryName, sectionId, sectionType, server: String(server.index) })
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        if (wanted.includes(mappingName) || wanted.includes(libraryName)) throw error
        unknown.push(error)
      }
    }
  }
  const [first] = unknown
  if (libraries.length === 0 && first) throw first
  return { libraries, warnings: unknown.map((error) => `${error.message}: left out`) }
}
