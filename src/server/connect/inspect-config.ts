import { checkLibraries, reachNote } from '../../config/overlays/overlay-check.ts'
import { type OverlayEntry, overlayEntries, overlayList } from '../../config/overlays/overlay-entries.ts'
import type { JobLibrary } from '../../config/read/job-libraries.ts'
import { type JobConfig, missingTmdbKey, noTmdbKey } from '../../config/read/user-config.ts'
import { makeRunConfig } from '../../config/run-config/run-config.ts'
import { configCauses } from '../../config/yaml/causes/config-causes.ts'
import type { Places } from '../../config/yaml/yaml-places.ts'
import { get } from '../../config/yaml/yaml-value.ts'
import type { ConfigProblem, ConnectedLibrary, LeftOut, OverlayFile } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import { readInThread } from '../foreign-text/on-text.ts'
import type { MaskedConfig } from './hidden/mask-config.ts'

export interface InspectOptions {
  masked: Pick<MaskedConfig, 'text'>
  /** Loads the config; throws AppError. */
  load: () => Promise<JobConfig>
  kometaDir: string | null
  /** Whether Kometa draws, and not the demo's stand-in. */
  needsTmdb: boolean
  env: NodeJS.ProcessEnv
  /** Removes secrets and our own paths from a message. */
  clean: (text: string) => string
}

/** Everything that can be said about a config without asking Plex. */
export interface Inspection {
  /** null if the config cannot be used; `problems` say why. */
  config: JobConfig | null
  problems: ConfigProblem[]
  /** Without what Plex knows about them. */
  libraries: ConnectedLibrary[]
  leftOut: LeftOut[]
}

/** Reads a config as a preview would, and finds the line of the masked text for each problem. */
export async function inspectConfig(options: InspectOptions): Promise<Inspection> {
  const places = await readInThread.places(options.masked.text)
  const report = createReport(places, options.clean)
  const nothing = { config: null, libraries: [], leftOut: [] }
  let config: JobConfig
  try {
    config = await options.load()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    report.failure(error)
    return { ...nothing, problems: [...report.problems, ...misreadings(places)] }
  }
  // `misreadings` tells these with their lines.
  const misread = new Set(config.misread)
  for (const warning of config.warnings.filter((text) => !misread.has(text))) {
    if (warning !== noTmdbKey) report.say('warning', warning)
    else if (options.needsTmdb) report.failure(missingTmdbKey())
  }
  const libraries: ConnectedLibrary[] = []
  for (const library of config.libraries) libraries.push(await describeLibrary(config, library, options, report))
  const note = reachNote(
    config,
    report.problems.map(({ message }) => message),
  )
  if (note !== null) report.say('warning', note)
  const leftOut = listChanges(config, report, places)
  return { config, problems: [...report.problems, ...misreadings(places)], libraries, leftOut }
}

/** Warnings for the places that Kometa reads differently from what the user means. */
function misreadings(places: Places): ConfigProblem[] {
  return configCauses(places).map(({ message, place }) => {
    const [start, end] = [places.position(place.start), places.position(place.end)]
    const span = { ...start, endLine: end.line, endColumn: end.column }
    return { severity: 'warning' as const, message, ...span, path: place.path.join('.') }
  })
}

type Report = ReturnType<typeof createReport>

function createReport(places: Places, clean: (text: string) => string) {
  const problems: ConfigProblem[] = []
  const at = (path: readonly string[] | undefined) => {
    const place = path === undefined ? undefined : places.find(path)
    if (!place) return { line: null, column: null, endLine: null, endColumn: null, path: null }
    const [start, end] = [places.position(place.start), places.position(place.end)]
    return { ...start, endLine: end.line, endColumn: end.column, path: place.path.join('.') }
  }
  const say = (severity: ConfigProblem['severity'], message: string, path?: readonly string[]) => {
    problems.push({ severity, message: clean(message), ...at(path ?? placeMentioned(places, message)) })
  }
  return {
    problems,
    say,
    failure(error: AppError, path?: readonly string[]) {
      const hint = error.hint === undefined ? '' : ` ${error.hint}`
      if (error.place === undefined) say('error', `${error.message}.${hint}`.replace(/\.\.(?= |$)/, '.'), path)
      else {
        const { line, column } = error.place
        problems.push({
          severity: 'error',
          message: clean(error.message + hint),
          line,
          column,
          endLine: null,
          endColumn: null,
          path: null,
        })
      }
    },
  }
}

/** The path of the keys that a message names: `tmdb.apikey`, or a library in quotes. */
function placeMentioned(places: Places, message: string): readonly string[] | undefined {
  const words = message.match(/(?<![\w<>-])[\w<>-]+(?:\.[\w -]+)+/g) ?? []
  for (const word of words) {
    const found = places.atStartOf(`${word.trim()}:`) ?? places.atStartOf(`${word.split(' ')[0] ?? ''}:`)
    if (found) return found.path
  }
  const library = /library "((?:[^"\\]|\\.)+)"/.exec(message)?.[1]
  if (library !== undefined && places.find(['libraries', library])) return ['libraries', library]
  const secret = /<<[\w-]+>>/.exec(message)?.[0]
  if (secret !== undefined) return places.all.find(({ scalar }) => scalar?.text.includes(secret))?.path
  return undefined
}

async function describeLibrary(
  config: JobConfig,
  library: JobLibrary,
  options: InspectOptions,
  report: Report,
): Promise<ConnectedLibrary> {
  const { mappingName, libraryName: title, removeOverlays } = library
  const overlayFiles: OverlayFile[] = []
  const own = get(library.data ?? undefined, 'overlay_files')
  const entries = overlayList(own).flatMap((item, at) =>
    overlayEntries([item]).map((entry) => ({ entry, path: Array.isArray(own) ? [String(at)] : [] })),
  )
  for (const { entry, path } of entries) {
    const file = await describeFile(config, library, entry, options)
    overlayFiles.push(file)
    const severity = file.state === 'missing' ? 'error' : 'warning'
    const where = ['libraries', mappingName, 'overlay_files', ...path]
    for (const warning of file.warnings) report.say(severity, warning, where)
  }
  const usable = removeOverlays || overlayFiles.some(({ state }) => state !== 'missing')
  const [unresolved] = library.unresolvedSecrets
  let problem: string | null = null
  if (unresolved !== undefined) {
    problem = `There is no value for ${unresolved}.`
    report.say('error', problem, ['libraries', mappingName])
  } else if (overlayFiles.length === 0 && !removeOverlays) problem = 'It has no overlay files.'
  else if (!usable) problem = 'None of its overlay files can be loaded.'
  return { mappingName, title, server: null, sectionId: null, type: null, overlayFiles, removeOverlays, problem }
}

/** Checks one overlay file as a run does, as if it were the only one of its library. */
async function describeFile(
  config: JobConfig,
  library: JobLibrary,
  entry: OverlayEntry,
  { kometaDir, env, clean }: InspectOptions,
): Promise<OverlayFile> {
  const file = { form: entry.form, value: clean(entry.value) }
  const alone = { ...library, overlayFiles: [entry], removeOverlays: false, unresolvedSecrets: [] }
  try {
    const warnings = await checkLibraries(
      { ...config, libraries: [alone] },
      { libraries: [library.mappingName], kometaDir, env },
    )
    const fetched = ['url', 'git', 'repo'].includes(entry.form)
    const unknown = entry.form === 'default' && kometaDir === null
    return { ...file, state: fetched ? 'fetched' : unknown ? 'unknown' : 'found', warnings: warnings.map(clean) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const details = error.details.length > 0 ? error.details : [error.message]
    return { ...file, state: 'missing', warnings: details.map(clean) }
  }
}

/** What the run config of all libraries leaves out or changes. */
function listChanges(config: JobConfig, report: Report, places: Places): LeftOut[] {
  const proxies = config.servers.map((_, index) => ({ url: `http://127.0.0.1:${index + 1}`, token: 'preview' }))
  const libraries = config.libraries.map(({ mappingName }) => mappingName)
  try {
    return makeRunConfig(config, { libraries, proxies }).changes.map((change) => {
      const place = places.atStartOf(change)
      // The name of a library may hold a colon, so the reason is searched after the longest key that exists.
      const end = change.indexOf(': ', place?.path.join('.').length ?? 0)
      const path = end < 0 ? change : change.slice(0, end)
      const why = end < 0 ? '' : change.slice(end + 2)
      return { path, why, line: place ? places.position(place.start).line : null }
    })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    report.failure(error)
    return []
  }
}
