import type { ServiceName } from '../config/read/services.ts'

/** Tautulli: one path, the command in the query (Kometa tautulli.py:22, 36). */
const tautulliCommands = new Set(['get_tautulli_info', 'get_home_stats', 'get_libraries', 'get_library_names'])

/**
 * Radarr and Sonarr: the GET requests of arrapi 1.4.14. `release` is missing because it searches the indexers, and
 * `command/N` because a preview starts no command. Older versions have no `/v3`, and call the profiles `profile`.
 */
const arrPaths = [
  /^\/api(\/v3|\/v1)?\/(system\/status|rootFolder|metadataProfile|exclusions|importlistexclusion|remotePathMapping)$/,
  /^\/api(\/v3|\/v1)?\/(qualityProfile|profile|languageProfile|tag|tag\/detail|movie|series)(\/\d+)?$/,
  /^\/api(\/v3|\/v1)?\/(movie|series)\/lookup$/,
]

/**
 * The GET requests of Kometa 2.5 to the others: Tracearr's public interface, YamTrack's pages of lists, Floppy's lists
 * and exports.
 */
const paths: Readonly<Partial<Record<ServiceName, readonly RegExp[]>>> = {
  radarr: arrPaths,
  sonarr: arrPaths,
  tracearr: [/^\/api\/v[12]\/public\/(health|history|media|openapi\.json)$/],
  yamtrack: [/^\/(list\/\d+(\/|\/[\w-]+)?)?$/],
  floppy: [/^\/(api\/v1\/lists(\/\d+\/items)?|api\/v1\/export\/csv|list\/\d+\/(json|export))$/],
}

/** Null when this GET is a known read of the service, else why not. `path` is below the service's own address. */
export function refusesRead(service: ServiceName, path: string, query: string): string | null {
  if (/[%\\;]|\/\/|\/\.{1,2}(\/|$)/.test(path)) return 'the path is not plain'
  // Tautulli's server also splits a query at `;`: it would see a command behind one that this check does not see.
  if (/[;\\#]/.test(query)) return 'the query is not plain'
  if (service !== 'tautulli')
    return paths[service]?.some((known) => known.test(path)) ? null : `${service}: not a known read`
  if (path !== '/api/v2') return 'tautulli: not a known read'
  const commands = new URLSearchParams(query).getAll('cmd')
  const [command = ''] = commands
  if (commands.length !== 1 || !tautulliCommands.has(command))
    return `tautulli: ${command || 'no command'} is not a known read`
  return null
}

const plainHeaders = ['accept', 'user-agent', 'accept-language']

/** The headers of Kometa that go on to each service; some of them identify the client to it. */
export const sentHeaders: Readonly<Record<ServiceName, readonly string[]>> = {
  tautulli: plainHeaders,
  radarr: [...plainHeaders, 'x-api-key'],
  sonarr: [...plainHeaders, 'x-api-key'],
  tracearr: [...plainHeaders, 'authorization'],
  yamtrack: plainHeaders,
  floppy: [...plainHeaders, 'x-api-key'],
}

/**
 * True for a redirect to a sign-in form: YamTrack shows a private list only to users who have signed in (yamtrack.py:
 * `_login`).
 */
export const wantsSignIn = (service: ServiceName, location: string | undefined): boolean =>
  service === 'yamtrack' && /(^|\/\/[^/]+)\/accounts\/login\//.test(location ?? '')
