import { basename, join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { isWithin } from '../../util/files/is-within.ts'
import { containerHint } from '../read/container-path.ts'
import { type JobLibrary, secretHint, withCauses } from '../read/job-libraries.ts'
import type { JobConfig } from '../read/user-config.ts'
import { checkAssetFolders } from '../workspace/asset-folders.ts'
import { overlayFileCauses } from '../yaml/causes/config-causes.ts'
import { nearest } from '../yaml/causes/unknown-keys.ts'
import { get, isMap } from '../yaml/yaml-value.ts'
import { type CheckContext, type CheckOptions, createCheckContext } from './check-context.ts'
import { findEntryFiles } from './entry-files.ts'
import { checkDefinitionFiles, checkVariables } from './overlay-definitions.ts'
import type { OverlayEntry } from './overlay-entries.ts'

/**
 * Checks that the overlay files of these libraries exist, and the images and fonts that they name. Each missing
 * file is a warning that names the overlay file and the definition. Throws OVERLAY_FILES_MISSING when no overlay
 * file of a library can be loaded, and SECRET_UNRESOLVED.
 */
export async function checkLibraries(config: JobConfig, options: CheckOptions): Promise<string[]> {
  const context = createCheckContext(config, options)
  const warnings: string[] = []
  for (const library of config.libraries.filter(({ mappingName }) => options.libraries.includes(mappingName))) {
    const [unresolved] = library.unresolvedSecrets
    if (unresolved !== undefined) {
      const name = /<<([\w-]+)>>/.exec(unresolved)?.[1] ?? ''
      throw new AppError('SECRET_UNRESOLVED', `There is no value for ${unresolved}`, { hint: secretHint(name) })
    }
    warnings.push(...(await checkLibrary(library, context)), ...(await checkAssetFolders(config, library)))
  }
  return [...new Set(warnings)]
}

/** The note about which folders may be read, if one of these warnings says that something is missing; else null. */
export const reachNote = ({ reach }: Pick<JobConfig, 'reach'>, warnings: readonly string[]): string | null =>
  warnings.some((warning) => /\bthere is no \S|\bdoes not exist\b/.test(warning)) ? reach.note : null

async function checkLibrary(library: JobLibrary, context: CheckContext): Promise<string[]> {
  const warnings: string[] = []
  let loadable = 0
  for (const entry of library.overlayFiles) {
    const result = await checkEntry(entry, library, context)
    loadable += result.loadable
    warnings.push(...result.warnings)
  }
  if (library.overlayFiles.length === 0 && !library.removeOverlays) {
    const message = `The library "${library.mappingName}" has no overlay_files`
    throw new AppError('CONFIG_NO_OVERLAYS', withCauses(message, context.config.misread))
  }
  if (loadable === 0 && !library.removeOverlays) {
    const [why = 'no overlay file'] = warnings
    throw new AppError(
      'OVERLAY_FILES_MISSING',
      `No overlay file of the library "${library.mappingName}" can be loaded: ${why}`,
      {
        hint:
          context.config.reach.note ??
          `Relative paths start from ${context.config.kometaCwd}; --kometa-cwd names another folder.`,
        details: warnings,
      },
    )
  }
  return warnings
}

interface EntryResult {
  /** How many files of this entry Kometa can load. */
  loadable: number
  warnings: string[]
}

/** The start of a warning about one file of a library. */
export const warningLabel = (library: string, { form, value }: Pick<OverlayEntry, 'form' | 'value'>): string =>
  `"${library}": ${form === 'path' ? '' : `${form}: `}${value}`

async function checkEntry(entry: OverlayEntry, library: JobLibrary, context: CheckContext): Promise<EntryResult> {
  const label = warningLabel(library.mappingName, entry)
  if (entry.misshapen) {
    const place = `"${library.mappingName}": ${entry.form}`
    const message = `${place} is ${entry.misshapen}: Kometa accepts only one text there, and stops`
    throw new AppError('CONFIG_INVALID', message, { hint: `Write an entry "- ${entry.form}: ..." for each.` })
  }
  const variables = await checkVariables(entry.templateVariables, label, context)
  const libraryVariables = get(library.data ?? undefined, 'template_variables')
  if (isMap(libraryVariables))
    variables.push(...(await checkVariables(libraryVariables, `"${library.mappingName}"`, context)))
  const result = await checkFiles(entry, label, context)
  return { loadable: result.loadable, warnings: [...result.warnings, ...variables] }
}

async function checkFiles(entry: OverlayEntry, label: string, context: CheckContext): Promise<EntryResult> {
  switch (entry.form) {
    // Kometa fetches these. Only its run shows whether they exist.
    case 'url':
    case 'git':
    case 'repo':
      return { loadable: 1, warnings: [] }
    case 'default':
      return checkDefault(entry, label, context)
    case 'folder':
      return checkFolder(entry, label, context)
    case 'path':
    case 'file': {
      const [path] = await findEntryFiles(entry, context.config, context.kometaDir)
      if (path !== undefined) return checkFile(path, label, context)
      return missing(`${label}: there is no such file${await containerHint(entry.value, context.config)}`)
    }
  }
}

const missing = (warning: string): EntryResult => ({ loadable: 0, warnings: [warning] })

async function checkDefault(entry: OverlayEntry, label: string, context: CheckContext): Promise<EntryResult> {
  const { kometaDir, config } = context
  if (entry.value === 'other_award') return missing(`${label}: this version of Kometa does not have it`)
  if (kometaDir === null) return { loadable: 1, warnings: [] }
  const [path] = await findEntryFiles(entry, config, kometaDir)
  if (path === undefined) return missing(`${label}: Kometa has no default overlay of this name`)
  // Kometa's own file needs no check.
  return isWithin(path, join(kometaDir, 'defaults')) ? { loadable: 1, warnings: [] } : checkFile(path, label, context)
}

async function checkFolder(entry: OverlayEntry, label: string, context: CheckContext): Promise<EntryResult> {
  if (!(await context.config.reach.isFolder(context.resolve(entry.value))))
    return missing(`${label}: there is no such folder`)
  const files = await findEntryFiles(entry, context.config, context.kometaDir)
  if (files.length === 0) return missing(`${label}: there is no .yml file in it`)
  const results = await Promise.all(files.sort().map((path) => checkFile(path, `${label} ${basename(path)}`, context)))
  return {
    loadable: sum(results.map(({ loadable }) => loadable)),
    warnings: results.flatMap(({ warnings }) => warnings),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

async function checkFile(path: string, label: string, context: CheckContext): Promise<EntryResult> {
  try {
    const document = await context.config.files.read(path)
    const places = await context.config.files.placesOf(path)
    const misread = overlayFileCauses(places).map(
      ({ message, place }) => `${label}: line ${places.position(place.start).line}: ${message}`,
    )
    const overlays = get(document, 'overlays')
    if (!isMap(overlays) || overlays.size === 0) {
      const meant = places.all.find(({ path }) => path.length === 1 && nearest(path[0] ?? '', ['overlays']) !== null)
      const instead = meant ? `, but "${meant.path[0]}" in line ${places.position(meant.start).line}` : ''
      return missing(`${label}: it has no "overlays"${instead}`)
    }
    return { loadable: 1, warnings: [...misread, ...(await checkDefinitionFiles(document, label, context))] }
  } catch (error) {
    if (error instanceof AppError) return missing(`${label}: ${error.message}`)
    throw error
  }
}
