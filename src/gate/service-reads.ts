import type { ServiceName } from '../config/read/services.ts'

/** Tautulli: one path, the command in the query (Kometa tautulli.py:22, 36). */
const tautulliCommands = new Set(['get_tautulli_info', 'get_home_stats', 'get_libraries', 'get_library_names'])

/**
 * Radarr and Sonarr: what arrapi 1.4.14 gets. Not `release`, which makes them search their indexers, nor `command/N`,
 * which nobody needs who may start none. Older versions have no `/v3`, and call the profiles `profile`.
 */
const arrPath =
  /^\/api(\/v3|\/v1)?\/(system\/status|rootFolder|qualityProfile(\/\d+)?|profile(\/\d+)?|languageProfile(\/\d+)?|metadataProfile|tag(\/\d+)?|tag\/detail(\/\d+)?|movie(\/\d+)?|movie\/lookup|series(\/\d+)?|series\/lookup|exclusions|importlistexclusion|remotePathMapping)$/

/** What Kometa 2.5 gets of the others: Tracearr's public interface, YamTrack's pages of lists, Floppy's lists and exports. */
const paths: Readonly<Partial<Record<ServiceName, RegExp>>> = {
  radarr: arrPath,
  sonarr: arrPath,
  tracearr: /^\/api\/v[12]\/public\/(health|history|media|openapi\.json)$/,
  yamtrack: /^\/(list\/\d+(\/|\/[\w-]+)?)?$/,
  floppy: /^\/(api\/v1\/lists(\/\d+\/items)?|api\/v1\/export\/csv|list\/\d+\/(json|export))$/,
}

/** Null when this GET is a known read of the service, else why not. `path` is below the service's own address. */
export function refusesRead(service: ServiceName, path: string, query: string): string | null {
  if (/[%\\;]|\/\/|\/\.{1,2}(\/|$)/.test(path)) return 'the path is not plain'
  // Tautulli's server splits a query at `;` too, and a command behind one would be seen by it alone.
  if (/[;\\#]/.test(query)) return 'the query is not plain'
  if (service !== 'tautulli') return paths[service]?.test(path) ? null : `${service}: not a known read`
  if (path !== '/api/v2') return 'tautulli: not a known read'
  const commands = new URLSearchParams(query).getAll('cmd')
  const [command = ''] = commands
  if (commands.length !== 1 || !tautulliCommands.has(command))
    return `tautulli: ${command || 'no command'} is not a known read`
  return null
}

const plainHeaders = ['accept', 'user-agent', 'accept-language']

/** What of Kometa's headers goes on: how each service knows who asks. */
export const sentHeaders: Readonly<Record<ServiceName, readonly string[]>> = {
  tautulli: plainHeaders,
  radarr: [...plainHeaders, 'x-api-key'],
  sonarr: [...plainHeaders, 'x-api-key'],
  tracearr: [...plainHeaders, 'authorization'],
  yamtrack: plainHeaders,
  floppy: [...plainHeaders, 'x-api-key'],
}

/** Where a service sends somebody who has not signed in: YamTrack shows a private list only after its form (yamtrack.py: `_login`). */
export const wantsSignIn = (service: ServiceName, location: string | undefined): boolean =>
  service === 'yamtrack' && /(^|\/\/[^/]+)\/accounts\/login\//.test(location ?? '')
