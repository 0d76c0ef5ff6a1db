import { get, isMap, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { overlayList } from './overlay-entries.ts'

/** What a library needs here. */
interface Library {
  mappingName: string
  data: YamlMap | null
}

/** The lists of files of which Kometa reads each entry with the library's own variables (config.py:1661-1726). */
const lists = ['collection_files', 'metadata_files', 'overlay_files']

/** The `template_variables` of a library's entries. One that has an anchor is the same object for all that name it. */
function variablesOf(data: YamlMap | null, keys: readonly string[] = lists): YamlMap[] {
  return keys.flatMap((key) =>
    overlayList(get(data ?? undefined, key)).flatMap((entry) => {
      const variables = get(entry, 'template_variables')
      return isMap(variables) && variables.size > 0 ? [variables] : []
    }),
  )
}

/**
 * Whether two libraries share variables by a YAML alias. Kometa writes the variables of one library into them, and then the
 * other has them, too (util.py:504-509): such libraries belong into one Kometa.
 */
export function shareVariables(one: Library, other: Library): boolean {
  const own = new Set(variablesOf(one.data))
  return variablesOf(other.data).some((variables) => own.has(variables))
}

/**
 * Shared variables as Kometa has made them when it comes to the first of these libraries: those of the libraries above that this
 * Kometa is not given are in them already.
 */
export function earlierVariables(all: readonly Library[], given: readonly Library[]): Map<YamlMap, YamlMap> {
  const made = new Map<YamlMap, YamlMap>()
  const begun = new Set<YamlMap>()
  for (const library of all) {
    if (given.includes(library)) for (const used of variablesOf(library.data, ['overlay_files'])) begun.add(used)
    const own = get(library.data ?? undefined, 'template_variables')
    if (!isMap(own)) continue
    const left = given.includes(library) ? ['collection_files', 'metadata_files'] : lists
    for (const shared of variablesOf(library.data, left)) {
      // What comes after the first one that draws with them, Kometa itself does, or does too late to matter for it.
      if (begun.has(shared)) continue
      const now = new Map<YamlKey, YamlValue>(made.get(shared) ?? shared)
      for (const [key, value] of own) if (!now.has(key)) now.set(key, value)
      made.set(shared, now)
    }
  }
  return made
}
