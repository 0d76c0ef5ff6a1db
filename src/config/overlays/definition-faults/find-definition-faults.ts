import { basename } from 'node:path'
import type { JobLibrary } from '../../read/job-libraries.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { readOrNull } from '../../yaml/yaml-files.ts'
import { get, getMap, textOf, walkScalars, type YamlValue } from '../../yaml/yaml-value.ts'
import type { CheckContext } from '../check-context.ts'
import { findEntryFiles, ownOverlayFiles } from '../entry-files.ts'
import { type CheckOptions, createCheckContext, warningLabel } from '../overlay-check.ts'
import type { OverlayEntry } from '../overlay-entries.ts'
import { definitionFault } from './definition-fault.ts'
import { knownTemplates } from './known-templates.ts'

/** Definitions of one cause, and causes of one file, that are named; the rest is a number. */
const namedAtMost = 5

export interface DefinitionFault {
  definition: string
  words: string
  line: number | null
}

export interface DefinitionFaults {
  /** What to tell, a line per cause; one alone for a file of which nothing can be drawn. */
  lines: string[]
  /** Whether nothing of any overlay file of the library can be drawn. */
  nothingLeft: boolean
  /** What `checkLibraries` says of the same definitions for the same cause. */
  same: ReadonlySet<string>
}

/**
 * The definitions in the user's own overlay files of a library that Kometa certainly leaves out. What only a run can tell is not
 * among them.
 */
export async function findDefinitionFaults(
  config: JobConfig,
  library: JobLibrary,
  options: Omit<CheckOptions, 'libraries'>,
): Promise<DefinitionFaults> {
  // Kometa looks at no definition then (overlays.py:33).
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

/** The definitions of one overlay file that Kometa certainly leaves out, and how many definitions it has. */
export async function faultsOfFile(
  path: string,
  context: CheckContext,
  mayFetchImages: boolean,
): Promise<{ faults: DefinitionFault[]; count: number }> {
  const { files } = context.config
  // That a file cannot be read, or has no overlays, is said by checkLibraries.
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

/** Kometa keeps an image that it fetches in the folder in which it looks for images by name. */
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
    return [
      `${label}: Kometa does not draw ${whole}. ${count === 1 ? 'It is' : 'The first is'} ${placed(first)}: ${first.words}`,
    ]
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
