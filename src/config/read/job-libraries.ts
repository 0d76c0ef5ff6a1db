import { AppError } from '../../contract/errors.ts'
import { type OverlayEntry, overlayEntries, removesOverlays } from '../overlays/overlay-entries.ts'
import { libraryKeys, refusedLibraryKeys, topLevelKeys } from '../run-config/key-table.ts'
import { get, isMap, textOf, type YamlMap } from '../yaml/yaml-value.ts'
import type { ConfigOutline } from './config-outline.ts'
import { isKometaOption, type Secrets, type Substituted, secretName } from './environment/secrets.ts'
import { isTruthy } from './normalise.ts'
import { type ConfigServer, createServerList, plexAccess } from './plex-servers.ts'

/** One entry of `libraries:` that Kometa could connect to. */
export interface JobLibrary {
  /**
   * The key in the config. It names the backup folder, and also the Plex library unless `library_name` gives
   * another name.
   */
  mappingName: string
  /** The title of the Plex library. */
  libraryName: string
  /** The position in `servers`. */
  serverIndex: number
  overlayFiles: readonly OverlayEntry[]
  removeOverlays: boolean
  /**
   * Mapping names above this one that use the same Plex library. Kometa runs them first, so this library reads what
   * they wrote.
   */
  earlierOnSameLibrary: readonly string[]
  /** Secrets without a known value, as `<<name>> in path`. */
  unresolvedSecrets: readonly string[]
  data: YamlMap | null
}

export interface ReadLibrariesOptions {
  document: YamlMap
  outline: ConfigOutline
  file: string
  secrets: Secrets
  unresolved: Substituted['unresolved']
  warnings: string[]
  serverDetails: (url: string) => Pick<ConfigServer, 'fingerprint' | 'clientIdentifier'>
}

/**
 * Reads `libraries:` and the servers of the libraries. Throws CONFIG_NO_PLEX, CONFIG_NO_OVERLAYS, CONFIG_INVALID,
 * SECRET_UNRESOLVED.
 */
export function readLibraries(options: ReadLibrariesOptions): { libraries: JobLibrary[]; servers: ConfigServer[] } {
  const { document, file, secrets, warnings } = options
  checkTopLevelSecrets(options)
  const listed = get(document, 'libraries')
  if (!isMap(listed) || listed.size === 0)
    throw new AppError('CONFIG_NO_OVERLAYS', withCauses(`${file} has no libraries`, options.outline.misread))
  const servers = createServerList(options.serverDetails)
  const libraries: JobLibrary[] = []
  for (const [key, value] of listed) {
    const mappingName = textOf(key)
    const data = isMap(value) ? value : null
    checkDefinitions(data, mappingName, file)
    const access = plexAccess(document, data, `the library "${mappingName}"`, secrets)
    if (!access) {
      const lacks = lackingPlexKeys(options, data)
      warnings.push(`The library "${mappingName}": ${lacks.join(', ')}: Kometa skips it`)
      continue
    }
    const serverIndex = servers.indexOf(access)
    const named = get(data ?? undefined, 'library_name')
    const libraryName = isTruthy(named) ? textOf(named) : mappingName
    libraries.push({
      mappingName,
      libraryName,
      serverIndex,
      overlayFiles: overlayEntries(get(data ?? undefined, 'overlay_files')),
      removeOverlays: removesOverlays(data),
      earlierOnSameLibrary: libraries
        .filter((other) => other.serverIndex === serverIndex && other.libraryName === libraryName)
        .map((other) => other.mappingName),
      unresolvedSecrets: unresolvedIn(options.unresolved, mappingName),
      data,
    })
  }
  if (libraries.length === 0) {
    const lacks = lackingPlexKeys(options, null)
    if (!get(document, 'tmdb', 'apikey')) lacks.push(options.outline.lacks(['tmdb', 'apikey']))
    throw new AppError(
      'CONFIG_NO_PLEX',
      withCauses(`${file} has no plex section with a url and a token`, [...lacks, ...options.outline.misread]),
    )
  }
  if (!libraries.some((library) => library.overlayFiles.length > 0 || library.removeOverlays)) {
    throw new AppError(
      'CONFIG_NO_OVERLAYS',
      withCauses(`No library of ${file} has overlay_files`, options.outline.misread),
    )
  }
  return { libraries, servers: servers.servers }
}

/** The most causes that one message names. */
const mostCauses = 5

/** A message and its likely causes, at most five. */
export function withCauses(message: string, causes: readonly string[]): string {
  if (causes.length === 0) return message
  const more = causes.length - mostCauses
  return `${message}: ${causes.slice(0, mostCauses).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** Which of url and token a library has neither of its own nor from the config. */
function lackingPlexKeys({ document, outline }: ReadLibrariesOptions, library: YamlMap | null): string[] {
  const has = (key: string) =>
    [get(library ?? undefined, 'plex', key), get(document, 'plex', key)].some(
      (value) => value !== null && textOf(value).trim() !== '',
    )
  return ['url', 'token'].filter((key) => !has(key)).map((key) => outline.lacks(['plex', key]))
}

function checkDefinitions(data: YamlMap | null, name: string, file: string): void {
  const found = refusedLibraryKeys.find((key) => data?.has(key))
  if (found === undefined) return
  throw new AppError(
    'CONFIG_INVALID',
    `${file}: the library "${name}" contains "${found}" definitions, and Kometa refuses a config with them`,
    {
      hint: 'Put them in a file of their own and name it under overlay_files or collection_files.',
    },
  )
}

/** Throws for an unresolved secret in a section that the run config keeps, since it would change what Kometa draws. */
function checkTopLevelSecrets({ unresolved, warnings }: ReadLibrariesOptions): void {
  for (const { name, path } of unresolved) {
    const [section = '', key = ''] = path
    if (section === 'libraries') continue
    const rule = topLevelKeys[section]
    const matters = section === 'plex' ? key === 'url' || key === 'token' : rule !== undefined && rule.do !== 'drop'
    if (!matters) {
      warnings.push(`There is no value for <<${name}>> in ${path.join('.')}`)
      continue
    }
    throw new AppError('SECRET_UNRESOLVED', `There is no value for <<${name}>> in ${path.join('.')}`, {
      hint: secretHint(name),
    })
  }
}

/**
 * What to do about an unresolved `<<name>>`. Kometa looks only for `<<NAME_IN_CAPITALS>>` and
 * `<<name-with-dashes>>` (config.py:485-488).
 */
export function secretHint(name: string): string {
  const capitals = name.toUpperCase().replaceAll('-', '_')
  if (name !== capitals && name !== secretName(name)) {
    return `Kometa does not find a name with this spelling: write <<${capitals}>> or <<${secretName(name)}>>.`
  }
  if (isKometaOption(capitals)) return optionHint(name, capitals)
  return `Set KOMETA_${capitals} (also in Kometa's config/.env), or give --secret ${name}=VALUE.`
}

/** Kometa's options are no secrets, although they have the same kind of variables (kometa.py:187-214). */
function optionHint(name: string, capitals: string): string {
  const what = /^PLEX_(URL|TOKEN)$/.exec(capitals)?.[1]?.toLowerCase()
  const other = `give the secret another name, such as <<my-${secretName(name)}>> with KOMETA_MY_${capitals}`
  return what === undefined
    ? `KOMETA_${capitals} is an option of Kometa and fills no <<${name}>>: ${other}.`
    : `Kometa puts KOMETA_${capitals} only where "${what}: ENV" stands: write that, or ${other}.`
}

function unresolvedIn(unresolved: Substituted['unresolved'], mappingName: string): string[] {
  return unresolved
    .filter(({ path: [section, library, key = ''] }) => {
      const rule = libraryKeys[key]
      return section === 'libraries' && library === mappingName && rule !== undefined && rule.do !== 'drop'
    })
    .map(({ name, path }) => `<<${name}>> in ${path.join('.')}`)
}
