import type { JobLibrary } from '../../config/read/job-libraries.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { AppError } from '../../contract/errors.ts'
import { createPlexReader, type PlexReader } from '../../plex/items/reads.ts'
import { findSection, type TargetLibrary, type TargetServer } from '../../plex/lookup/library-lookup.ts'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { type Preflight, preflight } from '../../plex/upstream/preflight.ts'
import { createPlexConnection } from '../../plex/upstream/upstream.ts'
import type { Barriers } from '../reuse/remembered.ts'
import { limitsOf } from './limits-of.ts'

/** One Plex server and token of the config, reached and judged. */
export interface JobServer {
  /** Its place in `JobConfig.servers`. */
  index: number
  /** machineIdentifier: by this name captures are kept. */
  id: string
  connection: PlexConnection
  reader: PlexReader
  info: Preflight
}

export interface JobServers extends AsyncDisposable {
  servers: readonly JobServer[]
  /** For the resolver of targets. */
  targetServers: TargetServer[]
  /** Libraries that have overlays and that Plex knows. */
  libraries: TargetLibrary[]
  warnings: string[]
}

/**
 * Connects to every server that a library with overlays is on. Throws PLEX_* with one clear line, and LIBRARY_UNKNOWN
 * when Plex has none of the libraries, or lacks one that a target names; another missing library is a warning.
 */
export async function connectServers(
  config: JobConfig,
  options: { fallbackIdentifier: string; wanted: readonly string[]; signal: AbortSignal; barriers?: Barriers },
): Promise<JobServers> {
  const overlaid = config.libraries.filter((library) => library.overlayFiles.length > 0 || library.removeOverlays)
  const indexes = [...new Set(overlaid.map((library) => library.serverIndex))]
  const servers: JobServer[] = []
  const { upstream } = limitsOf(config.preview.timeouts)
  const close = async () => {
    await Promise.all(servers.map(({ connection }) => connection[Symbol.asyncDispose]()))
  }
  try {
    for (const index of indexes) {
      const server = config.servers[index]
      if (!server) throw new Error(`the config has no server ${index}`)
      const connection = createPlexConnection(
        { ...server, clientIdentifier: server.clientIdentifier ?? options.fallbackIdentifier },
        upstream,
      )
      const reader = createPlexReader(connection, { signal: options.signal })
      servers.push({ index, id: '', connection, reader, info: emptyPreflight })
    }
    await Promise.all(
      servers.map(async (server) => {
        server.info = await lookAt(server, config, options)
        server.id = server.info.machineIdentifier
      }),
    )
    const { libraries, warnings } = findLibraries(overlaid, servers, options.wanted)
    const targetServers = servers.map(({ index, id, reader, info }) => ({
      key: String(index),
      machineIdentifier: id,
      name: info.name,
      reader,
    }))
    return { servers, targetServers, libraries, warnings, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function lookAt(
  { index, connection, reader }: JobServer,
  { servers }: JobConfig,
  { signal, barriers }: { signal: AbortSignal; barriers?: Barriers },
): Promise<Preflight> {
  const { url = '', token = '' } = servers[index] ?? {}
  const isBarrier = barriers?.isKnown(url, token) === true
  const info = await preflight(connection, reader, { signal, isBarrier })
  if (info.tokenIsBarrier && !isBarrier) barriers?.note(url, token)
  return info
}

const emptyPreflight: Preflight = {
  machineIdentifier: '',
  name: '',
  version: '',
  tokenIsBarrier: false,
  sections: [],
  digests: new Map(),
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
