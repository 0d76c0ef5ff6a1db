import type { JobConfig } from '../../read/user-config.ts'
import { readOrNull } from '../../yaml/yaml-files.ts'
import { getMap, isList, isMap, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import type { CheckContext } from '../check-context.ts'
import { findEntryFiles } from '../entry-files.ts'
import { type OverlayEntry, templateEntries } from '../overlay-entries.ts'
import { isSet } from './value-faults.ts'

export interface KnownTemplates {
  names: ReadonlySet<string>
  /** False if a file that only Kometa can read may hold more templates. */
  complete: boolean
  /** Why Kometa cannot load the file at all. */
  fault: string | null
}

/** Reads the names of the templates in an overlay file and in its external_templates (meta.py:47-71, 606-614). */
export async function knownTemplates(
  document: YamlValue,
  { config, kometaDir }: CheckContext,
): Promise<KnownTemplates> {
  const own = [...getMap(document, 'templates')].filter(([, template]) => isMap(template))
  const names = new Set(own.map(([name]) => textOf(name)))
  let complete = true
  for (const entry of templateEntries(document)) {
    if (entry.form === 'file' && (await findEntryFiles(entry, config, kometaDir)).length === 0)
      return { names, complete, fault: `File Error: File does not exist ${entry.value} (external_templates)` }
    const found = await templatesIn(entry, config, kometaDir)
    complete &&= found !== null
    for (const name of found ?? []) names.add(name)
  }
  return { names, complete, fault: null }
}

/** null: only Kometa knows the templates of this file. */
async function templatesIn(entry: OverlayEntry, config: JobConfig, kometaDir: string | null): Promise<string[] | null> {
  if (entry.form !== 'file' && entry.form !== 'default') return null
  const [path] = await findEntryFiles(entry, config, kometaDir)
  const document = path === undefined ? null : await readOrNull(config.files, path)
  return isMap(document) ? [...getMap(document, 'templates').keys()].map(textOf) : null
}

/** Why Kometa certainly refuses a `template:` (builder.py:705-720, meta.py:227-235). null: Kometa accepts it. */
export function templateFault(
  call: YamlValue,
  variables: YamlValue | undefined,
  { names, complete }: KnownTemplates,
): string | null {
  const calls = isList(call) ? call : [call]
  if (call === null || calls.length === 0) return 'Overlay Error: template attribute is blank'
  for (const each of calls) {
    if (!isMap(each)) return "Overlay Error: 'template' attribute is not a dictionary"
    if (!each.has('name')) return "Overlay Error: template sub-attribute 'name' is required"
    if (!isSet(each.get('name'))) return "Overlay Error: template sub-attribute 'name' cannot be blank"
  }
  if (variables !== undefined && !isMap(variables))
    return 'Overlay Error: variables must be a dictionary (key: value pairs)'
  if (!complete) return null
  if (names.size === 0) return 'Overlay Error: No templates found'
  const missing = calls.map(nameOf).find((name) => name !== '' && !names.has(name))
  return missing === undefined ? null : `Overlay Error: template ${missing} not found`
}

const nameOf = (call: YamlValue): string => textOf((call as YamlMap).get('name'))
