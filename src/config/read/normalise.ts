import { get, getMap, isMap, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/**
 * Attributes that old configs have under `cache` or `plex`. Kometa moves them to `settings` (config.py:305-330,
 * 355-370).
 */
const movedFromCache = ['cache', 'cache_expiration']
const movedFromPlex = [
  'asset_directory',
  'sync_mode',
  'show_unmanaged',
  'show_filtered',
  'show_unfiltered',
  'show_missing',
]

/** Moves old spellings to their new places, as Kometa does when it reads a config (config.py:305-475). */
export function normaliseConfig(document: YamlMap): YamlMap {
  const result = moveToSettings(moveToSettings(document, 'cache', movedFromCache), 'plex', movedFromPlex)
  const libraries = get(result, 'libraries')
  if (!isMap(libraries)) return result
  const renamed = new Map<YamlKey, YamlValue>()
  for (const [name, library] of libraries) renamed.set(name, isMap(library) ? normaliseLibrary(library) : library)
  return new Map([...result, ['libraries', renamed]])
}

function normaliseLibrary(library: YamlMap): YamlMap {
  const result = new Map(moveToSettings(library, 'plex', movedFromPlex))
  // overlay_path replaces overlay_files even if both are given (config.py:361).
  const overlayPath = result.get('overlay_path')
  if (overlayPath !== undefined) {
    result.delete('overlay_path')
    result.set('overlay_files', overlayPath)
  }
  return result
}

function moveToSettings(parent: YamlMap, section: string, names: readonly string[]): YamlMap {
  const from = new Map(getMap(parent, section))
  const settings = new Map(getMap(parent, 'settings'))
  const moved = names.filter((name) => isTruthy(from.get(name)) && !settings.has(name))
  if (moved.length === 0) return parent
  for (const name of moved) {
    settings.set(name, from.get(name) ?? null)
    from.delete(name)
  }
  return new Map<YamlKey, YamlValue>([...parent, [section, from], ['settings', settings]])
}

/** Whether Python counts a YAML value as true. */
export function isTruthy(value: YamlValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false
  if (isMap(value)) return value.size > 0
  return !(Array.isArray(value) && value.length === 0)
}
