import { textOf, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import type { KeyTable } from './key-table.ts'

export interface ApplyOptions {
  table: KeyTable
  /** The path of the map for the list of changes: `settings`, `libraries.Movies`. */
  path: string
  changes: string[]
  /** Values that code has written, which replace every rule. A `rewrite` key without such a value is left out. */
  rewritten?: ReadonlyMap<string, YamlValue>
  /** Also write forced keys that the user does not have, so that Kometa's own default does not count. */
  forceAlways?: boolean
}

/**
 * Copies a map with the keys that the table allows. Each difference is one line in `changes`, which never contains
 * a value.
 */
export function applyTable(map: YamlMap, options: ApplyOptions): Map<YamlKey, YamlValue> {
  const { table, path, changes, rewritten = new Map(), forceAlways = true } = options
  const result = new Map<YamlKey, YamlValue>()
  for (const [key, value] of map) {
    const name = textOf(key)
    const rule = Object.hasOwn(table, name) ? table[name] : undefined
    const written = rewritten.get(name)
    if (written !== undefined && rule !== undefined) result.set(key, written)
    else if (rule?.do === 'keep') result.set(key, value)
    else if (rule === undefined) changes.push(`${path}${name}: left out: Kometa Preview does not know it`)
    else if (rule.do === 'drop') changes.push(`${path}${name}: left out: ${rule.why}`)
    else if (rule.do === 'force') {
      result.set(name, rule.to)
      if (value !== rule.to) changes.push(`${path}${name}: ${rule.to === null ? 'blank' : rule.to}: ${rule.why}`)
    }
  }
  for (const [name, value] of rewritten) result.set(name, value)
  for (const [name, rule] of Object.entries(table)) {
    if (forceAlways && rule.do === 'force' && !result.has(name)) result.set(name, rule.to)
  }
  return result
}
