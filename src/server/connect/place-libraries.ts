import type { JobConfig } from '../../config/read/user-config.ts'
import type { ConnectedLibrary } from '../../contract/api/api-connect.ts'
import { AppError, type ErrorCode } from '../../contract/errors.ts'
import { findSection, type TargetLibrary } from '../../plex/lookup/library-lookup.ts'
import type { Inspection } from './inspect-config.ts'
import type { LiveServer } from './live-server.ts'

/** Adds to each library of the config what Plex says about it. */
export function placeLibraries(
  libraries: readonly ConnectedLibrary[],
  config: JobConfig | null,
  servers: readonly LiveServer[],
  scrub: (text: string) => string,
): { libraries: ConnectedLibrary[]; targetLibraries: TargetLibrary[] } {
  const targetLibraries: TargetLibrary[] = []
  const placed = libraries.map((library): ConnectedLibrary => {
    const own = config?.libraries.find(({ mappingName }) => mappingName === library.mappingName)
    const wanted = own ? config?.servers[own.serverIndex] : undefined
    const candidates = servers.filter(({ url }) => url === wanted?.url)
    const server = candidates.find(({ index }) => index === own?.serverIndex) ?? candidates[0]
    if (!server?.info || !own) return { ...library, problem: library.problem ?? whyNotReached(server?.error?.code) }
    const id = server.info.machineIdentifier
    try {
      const section = findSection(server.sections, own.libraryName, server.info.name)
      const found = { ...library, server: id, sectionId: section.key, type: section.type }
      if (found.problem === null) {
        const { mappingName, libraryName } = own
        const place = { sectionId: section.key, sectionType: section.type, server: String(server.index) }
        targetLibraries.push({ mappingName, libraryName, ...place })
      }
      return found
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const why = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
      return { ...library, server: id, problem: scrub(why) }
    }
  })
  return { libraries: placed, targetLibraries }
}

/**
 * Says it in short, since the server has a problem of its own. Servers of libraries without overlays, and of edits, are
 * not asked.
 */
function whyNotReached(code: ErrorCode | undefined): string {
  if (code === 'PLEX_TOKEN_REFUSED') return 'Its Plex server refuses the token.'
  if (code === 'PLEX_UNREACHABLE') return 'Its Plex server does not answer.'
  if (code === undefined) return 'Its Plex server has not been asked.'
  return 'Its Plex server cannot be used.'
}

/** Whether a preview can be started. */
export const isUsable = ({ config, problems }: Inspection, libraries: readonly ConnectedLibrary[]): boolean =>
  config !== null && libraries.some(({ problem }) => problem === null) && !problems.some(isFatal)

/** An error outside of `libraries` stops every preview; an error in a library stops only that library. */
const isFatal = ({ severity, path }: Inspection['problems'][number]): boolean =>
  severity === 'error' && !(path ?? '').startsWith('libraries.')
