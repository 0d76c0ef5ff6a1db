import { AppError } from '../../contract/errors.ts'
import { overlayList } from '../overlays/overlay-entries.ts'
import { earlierVariables } from '../overlays/shared-variables.ts'
import type { JobLibrary } from '../read/job-libraries.ts'
import { createRealServers, type RealServers } from '../read/real-server.ts'
import type { JobConfig } from '../read/user-config.ts'
import { parseYaml } from '../yaml/yaml-read.ts'
import {
  get,
  getMap,
  isList,
  isMap,
  numberOf,
  textOf,
  walkScalars,
  type YamlKey,
  type YamlMap,
  type YamlValue,
} from '../yaml/yaml-value.ts'
import { writeYaml } from '../yaml/yaml-write.ts'
import { applyTable } from './apply-table.ts'
import { authorizationKeys, libraryKeys, overlayEntryKeys, plexKeys, serviceKeys, topLevelKeys } from './key-table.ts'
import { runSettings } from './run-settings.ts'

/** Blocked writes are answered at once, but the proxy in between must not make Plex seem too slow. */
const minPlexTimeoutSeconds = 60
/**
 * The overlay file that draws nothing, which createWorkspace writes. Because of the dot, `folder: config` does not
 * include it.
 */
export const emptyOverlayFile = 'config/.kometa-preview-empty.yml'

export interface RunConfigOptions {
  /** Mapping names of the libraries with a target. All others are left out. */
  libraries: readonly string[]
  /** Mapping names of the libraries that another process draws. */
  elsewhere?: readonly string[]
  /** By server index: the address of our proxy, and the token that it accepts. */
  proxies: readonly { url: string; token: string }[]
  /** Addresses of Tautulli, Radarr and Sonarr, and of their read-only proxies. */
  services?: readonly { service: string; url: string; proxyUrl: string }[]
  /** `preview.expose_token`: plex.token is the real one. The address is still that of the proxy. */
  exposeToken?: boolean
}

export interface RunConfig {
  /**
   * The text of kometa_run.yml. It holds the user's keys for TMDb and other services, so its mode is 0600 and it is
   * never in a job folder.
   */
  text: string
  /** The differences from the user's config, one line each, without the value of a secret. */
  changes: string[]
}

/**
 * The user's config made safe, by allow-list. Call it once per Kometa process, with the libraries of this process.
 * The result is read again, and an address or token of the real Plex in it, even encoded, is an error
 * (CONFIG_INVALID): facts 1.1.c, C1.
 */
export function makeRunConfig(config: JobConfig, options: RunConfigOptions): RunConfig {
  const changes: string[] = []
  const { document } = config
  const libraries = config.libraries.filter(({ mappingName }) => options.libraries.includes(mappingName))
  const [first] = libraries
  if (!first) throw new Error('makeRunConfig needs a library of the config')
  const real = createRealServers(config.servers, {
    proxies: options.proxies,
    exposeToken: options.exposeToken === true,
  })
  const access = (library: JobLibrary) => plexBlock(config, library, options)
  const earlier = earlierVariables(config.libraries, libraries)

  const rewritten = new Map<string, YamlValue>([
    ['plex', plexSection(getMap(document, 'plex'), access(first), 'plex.', changes, options)],
    ['settings', runSettings(config, document, 'settings.', changes, true)],
    [
      'libraries',
      new Map(
        libraries.map((library) => [
          library.mappingName,
          libraryMap(config, library, first, access, changes, { ...options, earlier }),
        ]),
      ),
    ],
  ])
  const result = applyTable(document, { table: topLevelKeys, path: '', changes, rewritten })
  applyServices(result, '', changes, options.services)
  const { elsewhere = [] } = options
  const left = config.libraries.filter(
    (library) => !libraries.includes(library) && !elsewhere.includes(library.mappingName),
  )
  if (left.length > 0) changes.push(`libraries: left out, no target in them: ${left.map(nameOf).join(', ')}`)

  const text = writeYaml(replaceRealServers(result, real, changes))
  assertNoRealServer(text, real)
  return { text, changes }
}

const nameOf = ({ mappingName }: JobLibrary): string => mappingName

/** The url, token and timeout of one library. */
function plexBlock({ document, servers }: JobConfig, library: JobLibrary, options: RunConfigOptions): YamlMap {
  const proxy = options.proxies[library.serverIndex]
  const server = servers[library.serverIndex]
  if (!proxy || !server) throw new Error(`makeRunConfig needs a proxy for server ${library.serverIndex}`)
  const wanted = numberOf(get(library.data ?? undefined, 'plex', 'timeout') ?? get(document, 'plex', 'timeout'))
  return new Map<YamlKey, YamlValue>([
    ['url', proxy.url],
    ['token', options.exposeToken === true ? server.token : proxy.token],
    ['timeout', Math.max(minPlexTimeoutSeconds, Math.floor(wanted ?? 0))],
  ])
}

function plexSection(
  own: YamlMap,
  access: YamlMap,
  path: string,
  changes: string[],
  { exposeToken }: Pick<RunConfigOptions, 'exposeToken'>,
): YamlMap {
  changes.push(
    exposeToken === true
      ? `${path}url: that of the preview's proxy; ${path}token: the real one, as preview.expose_token asks`
      : `${path}url and ${path}token: those of the preview's proxy`,
  )
  const timeout = numberOf(own.get('timeout'))
  if (timeout !== undefined && timeout < minPlexTimeoutSeconds) {
    changes.push(`${path}timeout: ${minPlexTimeoutSeconds} s instead of ${timeout} s`)
  }
  return applyTable(own, { table: plexKeys, path, changes, rewritten: access as ReadonlyMap<string, YamlValue> })
}

function libraryMap(
  config: JobConfig,
  library: JobLibrary,
  first: JobLibrary,
  access: (library: JobLibrary) => YamlMap,
  changes: string[],
  options: RunConfigOptions & { earlier: ReadonlyMap<YamlMap, YamlMap> },
): YamlMap {
  const data: YamlMap = library.data ?? new Map()
  const path = `libraries.${library.mappingName}.`
  const rewritten = new Map<string, YamlValue>()
  const ownPlex = get(data, 'plex')
  if (isMap(ownPlex)) rewritten.set('plex', plexSection(ownPlex, access(library), `${path}plex.`, changes, options))
  else if (library.serverIndex !== first.serverIndex) rewritten.set('plex', access(library))
  const ownSettings = get(data, 'settings')
  if (isMap(ownSettings)) rewritten.set('settings', runSettings(config, data, `${path}settings.`, changes, false))
  const files = overlayFiles(config, library, path, changes, options.earlier)
  if (files.length > 0) rewritten.set('overlay_files', files)
  const result = applyTable(data, { table: libraryKeys, path, changes, rewritten })
  applyServices(result, path, changes, options.services)
  return result
}

function overlayFiles(
  config: JobConfig,
  library: JobLibrary,
  path: string,
  changes: string[],
  earlier: ReadonlyMap<YamlMap, YamlMap>,
): YamlValue[] {
  const files = overlayList(get(library.data ?? undefined, 'overlay_files')).flatMap((entry, at): YamlValue[] => {
    if (!isMap(entry)) return [entry]
    const kept = applyTable(entry, { table: overlayEntryKeys, path: `${path}overlay_files.${at}.`, changes })
    const variables = entry.get('template_variables')
    const made = isMap(variables) ? earlier.get(variables) : undefined
    if (made !== undefined) {
      kept.set('template_variables', made)
      const key = `${path}overlay_files.${at}.template_variables`
      changes.push(`${key}: includes those of libraries above that share them, as in Kometa`)
    }
    const inFolder = config.folderFiles.get(textOf(entry.get('folder')))
    if (inFolder === undefined || inFolder.length === 0) return [kept]
    changes.push(`${path}overlay_files.${at}.folder: its files one by one, in the order in which Kometa finds them`)
    return expandFolder(kept, inFolder)
  })
  if (library.overlayFiles.length > 0 || !library.removeOverlays) return files
  changes.push(
    `${path}overlay_files: an empty file of the preview, so that Kometa keeps a library that only removes overlays`,
  )
  return [...files, new Map<YamlKey, YamlValue>([['file', emptyOverlayFile]])]
}

const formKeys = ['url', 'git', 'pmm', 'default', 'repo', 'file', 'folder']

/**
 * One entry per file, with the rest of the entry. Kometa loads the other files of an entry before those of its
 * folder (util.py:484-502).
 */
function expandFolder(entry: YamlMap, files: readonly string[]): YamlMap[] {
  const rest = [...entry].filter(([key]) => !formKeys.includes(textOf(key)))
  const others = [...entry].filter(([key]) => textOf(key) !== 'folder')
  const first = others.length > rest.length ? [new Map(others)] : []
  return [...first, ...files.map((file) => new Map<YamlKey, YamlValue>([['file', file], ...rest]))]
}

/** Rewrites tmdb, trakt and the other services, of the config or of a library. */
function applyServices(
  parent: Map<YamlKey, YamlValue>,
  path: string,
  changes: string[],
  services: RunConfigOptions['services'] = [],
): void {
  for (const [name, table] of Object.entries(serviceKeys)) {
    const own = parent.get(name)
    if (!isMap(own)) continue
    const rewritten = new Map<string, YamlValue>()
    const authorization = own.get('authorization')
    if (isMap(authorization)) {
      const options = { table: authorizationKeys, path: `${path}${name}.authorization.`, changes }
      rewritten.set('authorization', applyTable(authorization, options))
    }
    const proxied = services.find(({ service, url }) => service === name && url === textOf(own.get('url')))
    if (proxied) {
      rewritten.set('url', proxied.proxyUrl)
      changes.push(`${path}${name}.url: that of the preview's read-only proxy`)
    }
    // At the top level Kometa's defaults for these are false already, and a library inherits them.
    parent.set(name, applyTable(own, { table, path: `${path}${name}.`, changes, rewritten, forceAlways: path === '' }))
  }
}

/**
 * Replaces the real Plex in every value, such as a token in a template variable or an overlay file that is fetched
 * from Plex, by the proxy.
 */
function replaceRealServers(
  value: YamlValue,
  real: RealServers,
  changes: string[],
  path: readonly string[] = [],
  shared: Map<YamlValue, YamlValue> = new Map(),
): YamlValue {
  if (path.at(-1) === 'template_variables') {
    const known = shared.get(value)
    if (known !== undefined) return known
    const made = replaceWithin(value, real, changes, path, shared)
    shared.set(value, made)
    return made
  }
  return replaceWithin(value, real, changes, path, shared)
}

function replaceWithin(
  value: YamlValue,
  real: RealServers,
  changes: string[],
  path: readonly string[],
  shared: Map<YamlValue, YamlValue>,
): YamlValue {
  // plexBlock wrote these values.
  if (path.at(-2) === 'plex' && (path.length === 2 || path[0] === 'libraries')) return value
  if (isList(value))
    return value.map((item, at) => replaceRealServers(item, real, changes, [...path, String(at)], shared))
  if (isMap(value)) {
    const map = new Map<YamlKey, YamlValue>()
    for (const [key, item] of value) {
      const name = typeof key === 'string' && !isLibraryName(path) ? real.replace(key) : key
      map.set(name, replaceRealServers(item, real, changes, [...path, textOf(key)], shared))
    }
    return map
  }
  if (typeof value !== 'string') return value
  const replaced = real.replace(value)
  if (replaced !== value)
    changes.push(`${path.join('.')}: the address or token of Plex in it is replaced with that of the proxy`)
  return replaced
}

const isLibraryName = (path: readonly string[]): boolean => path.length === 1 && path[0] === 'libraries'

function assertNoRealServer(text: string, real: RealServers): void {
  const parts: { value: string; where: string }[] = []
  walkScalars(parseYaml(text, 'kometa_run.yml'), (scalar, path) => {
    parts.push({ value: textOf(scalar), where: path.join('.') })
    for (const key of path) parts.push({ value: key, where: 'a key of the config' })
  })
  // One search over everything is faster. A search in each value is needed only to say which one contains the find.
  const all = [text, ...parts.map(({ value }) => value)].join('\n')
  if (parts.every(({ value }) => !real.isToken(value)) && real.find(all) === undefined) return
  parts.push({ value: text, where: 'the config' })
  for (const { value, where } of parts) {
    const found = real.find(value)
    if (found === undefined) continue
    const what = found === 'token' ? 'The token of Plex' : 'The address of Plex'
    throw new AppError('CONFIG_INVALID', `${what} is in ${where}, where a preview cannot replace it`, {
      hint: 'Remove it from the config: only the plex section needs it.',
    })
  }
}
