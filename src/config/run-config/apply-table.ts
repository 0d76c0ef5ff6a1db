import { textOf, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import type { KeyTable } from './key-table.ts'

export interface ApplyOptions {
  table: KeyTable
  /** Where the map stands, for the log: `settings`, `libraries.Movies`. */
  path: string
  changes: string[]
  /** Values for the keys that code writes, whatever the rule says; a `rewrite` key without one is left out. */
  rewritten?: ReadonlyMap<string, YamlValue>
  /** Write forced keys also where the user has none, so that Kometa's own default does not count. */
  forceAlways?: boolean
}

/** A copy of a map with the keys that the table allows. Each difference is one line in `changes`; values never are. */
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
