import { get, isMap, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { overlayList } from './overlay-entries.ts'

interface Library {
  mappingName: string
  data: YamlMap | null
}

/** The lists of files whose entries Kometa reads with the variables of their library (config.py:1661-1726). */
const lists = ['collection_files', 'metadata_files', 'overlay_files']

/** The `template_variables` of the entries of a library. Entries that share an anchor share one object. */
function variablesOf(data: YamlMap | null, keys: readonly string[] = lists): YamlMap[] {
  return keys.flatMap((key) =>
    overlayList(get(data ?? undefined, key)).flatMap((entry) => {
      const variables = get(entry, 'template_variables')
      return isMap(variables) && variables.size > 0 ? [variables] : []
    }),
  )
}

/**
 * Whether two libraries share variables through a YAML alias. Kometa writes the variables of one library into the
 * shared map, so the other library gets them too (util.py:504-509). Such libraries must run in one Kometa.
 */
export function shareVariables(one: Library, other: Library): boolean {
  const own = new Set(variablesOf(one.data))
  return variablesOf(other.data).some((variables) => own.has(variables))
}

/**
 * The shared variables as Kometa sees them when it reaches the first of the `given` libraries: libraries above that
 * this Kometa does not get have written theirs into them.
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
      // Kometa itself adds what comes after the first library that draws with these variables, or adds it too late to
      // matter.
      if (begun.has(shared)) continue
      const now = new Map<YamlKey, YamlValue>(made.get(shared) ?? shared)
      for (const [key, value] of own) if (!now.has(key)) now.set(key, value)
      made.set(shared, now)
    }
  }
  return made
}
