import { basename } from 'node:path'
import type { JobLibrary } from '../../read/job-libraries.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { readOrNull } from '../../yaml/yaml-files.ts'
import { get, getMap, textOf, walkScalars, type YamlValue } from '../../yaml/yaml-value.ts'
import { type CheckContext, type CheckOptions, createCheckContext } from '../check-context.ts'
import { findEntryFiles, ownOverlayFiles } from '../entry-files.ts'
import { warningLabel } from '../overlay-check.ts'
import type { OverlayEntry } from '../overlay-entries.ts'
import { definitionFault } from './definition-fault.ts'
import { knownTemplates } from './known-templates.ts'

/** How many definitions of one cause, and causes of one file, are named. The others are only counted. */
const namedAtMost = 5

export interface DefinitionFault {
  definition: string
  words: string
  line: number | null
}

export interface DefinitionFaults {
  /** One line per cause, or a single line for a file of which nothing can be drawn. */
  lines: string[]
  /** Whether no overlay file of the library has anything that can be drawn. */
  nothingLeft: boolean
  /** The warnings of `checkLibraries` about the same definitions and causes. */
  same: ReadonlySet<string>
}

/**
 * Finds the definitions in the user's own overlay files of a library that Kometa certainly leaves out. Definitions
 * that only a run can judge are not listed.
 */
export async function findDefinitionFaults(
  config: JobConfig,
  library: JobLibrary,
  options: Omit<CheckOptions, 'libraries'>,
): Promise<DefinitionFaults> {
  // Kometa reads no definitions in this case (overlays.py:33).
  if (library.removeOverlays) return { lines: [], nothingLeft: false, same: new Set() }
  const context = createCheckContext(config, options)
  const mayFetch = await mayFetchImages(config)
  const lines: string[] = []
  const same = new Set<string>()
  let hopeless = 0
  let files = 0
  for (const entry of library.overlayFiles) {
    const own = isOwn(entry) ? await findEntryFiles(entry, config, null) : []
    if (own.length === 0) files += 1
    for (const path of own) {
      files += 1
      const label = `${warningLabel(library.mappingName, entry)}${entry.form === 'folder' ? ` ${basename(path)}` : ''}`
      const { faults, count } = await faultsOfFile(path, context, mayFetch)
      for (const { definition, words } of faults) same.add(`${label}: ${definition}: ${words}`)
      if (count > 0 && faults.length === count) hopeless += 1
      lines.push(...describe(label, faults, count))
    }
  }
  return { lines, nothingLeft: files > 0 && hopeless === files, same }
}

const isOwn = ({ form }: OverlayEntry): boolean => form === 'file' || form === 'path' || form === 'folder'

/** Finds the definitions of one overlay file that Kometa certainly leaves out, and counts all of its definitions. */
export async function faultsOfFile(
  path: string,
  context: CheckContext,
  mayFetchImages: boolean,
): Promise<{ faults: DefinitionFault[]; count: number }> {
  const { files } = context.config
  // checkLibraries warns of a file that cannot be read or has no overlays.
  const document = await readOrNull(files, path)
  const definitions = [...getMap(document, 'overlays')].map(([key, data]) => ({ name: textOf(key), data }))
  const queues = new Set([...getMap(document, 'queues').keys()].map(textOf))
  const surroundings = { context, queues, mayFetchImages, templates: await knownTemplates(document, context) }
  const faults: DefinitionFault[] = []
  for (const { name, data } of definitions) {
    const words = await definitionFault(name, data, surroundings)
    if (words !== null) faults.push({ definition: name, words, line: await files.lineOf(path, ['overlays', name]) })
  }
  return { faults, count: definitions.length }
}

/** Whether Kometa may fetch an image. It keeps such an image in the folder in which it looks for images by name. */
async function mayFetchImages(config: JobConfig): Promise<boolean> {
  const values: YamlValue[] = []
  for (const { overlayFiles, data } of config.libraries) {
    if (overlayFiles.some(({ form }) => form === 'url' || form === 'git' || form === 'repo')) return true
    values.push(...overlayFiles.map(({ templateVariables }) => templateVariables))
    values.push(get(data ?? undefined, 'template_variables') ?? null)
  }
  for (const path of await ownOverlayFiles(config)) values.push(await readOrNull(config.files, path))
  let found = false
  for (const value of values)
    walkScalars(value, (scalar, keys) => {
      if (isFetched(keys.at(-1) ?? '') && scalar !== null) found = true
    })
  return found
}

const isFetched = (key: string): boolean => /(?:^|_)(?:url|git|repo)(?:_|$)/.test(key)

function describe(label: string, faults: readonly DefinitionFault[], count: number): string[] {
  const [first] = faults
  if (!first) return []
  if (faults.length === count) {
    const whole = count === 1 ? 'its only definition' : `any of its ${count} definitions`
    const which = `${count === 1 ? 'It is' : 'The first is'} ${placed(first)}: ${first.words}`
    return [`${label}: Kometa does not draw ${whole}. ${which}`]
  }
  const byWords = new Map<string, DefinitionFault[]>()
  for (const fault of faults) byWords.set(fault.words, [...(byWords.get(fault.words) ?? []), fault])
  const causes = [...byWords]
  const lines = causes.slice(0, namedAtMost).map(([words, same]) => `${label}: ${named(same)}: ${words}`)
  const rest = causes.slice(namedAtMost).flatMap(([, same]) => same)
  return rest.length === 0 ? lines : [...lines, `${label}: ${named(rest)}: left out for other reasons`]
}

function named(faults: readonly DefinitionFault[]): string {
  const [first] = faults
  if (first && faults.length === 1) return placed(first)
  const names = faults.slice(0, namedAtMost).map(({ definition }) => definition)
  const more = faults.length > names.length ? ` and ${faults.length - names.length} more` : ''
  return `${names.join(', ')}${more}${first?.line ? ` (the first in line ${first.line})` : ''}`
}

const placed = ({ definition, line }: DefinitionFault): string =>
  line === null ? definition : `${definition} (line ${line})`
