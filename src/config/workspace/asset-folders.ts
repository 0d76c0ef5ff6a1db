import { resolve } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import { containerHint } from '../read/container-path.ts'
import type { JobLibrary } from '../read/job-libraries.ts'
import { get, isList, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/** What is needed of a config to find its asset folders. */
interface AssetConfig {
  document: YamlMap
  configDir: string
  configPath: string
  kometaCwd: string
  reach: Reach
}

export interface AssetFolder {
  /** The value in the config. */
  value: string
  path: string
}

/** The folders of `asset_directory`, of the config or of one library. Without such a folder Kometa has no assets. */
export function assetFoldersOf({ kometaCwd }: { kometaCwd: string }, place: YamlValue): AssetFolder[] {
  const value = get(place, 'settings', 'asset_directory')
  const folders = isList(value) ? value : value === undefined || value === null || value === '' ? [] : [value]
  return folders.map((folder) => ({ value: textOf(folder), path: resolve(kometaCwd, textOf(folder)) }))
}

/**
 * Whether Kometa looks for assets of this library. Its own folders take precedence over those of the config
 * (config.py:1138).
 */
export async function hasAssetFolder(config: AssetConfig, library: JobLibrary): Promise<boolean> {
  const [own, all] = await Promise.all(
    [library.data ?? null, config.document].map((place) => existing(assetFoldersOf(config, place), config.reach)),
  )
  return (own?.length ?? 0) > 0 || (all?.length ?? 0) > 0
}

async function existing(folders: readonly AssetFolder[], reach: Reach): Promise<AssetFolder[]> {
  const found = await Promise.all(folders.map(async (folder) => ((await reach.exists(folder.path)) ? [folder] : [])))
  return found.flat()
}

/** A warning for each missing asset folder of the library, since Kometa then draws on another picture. */
export async function checkAssetFolders(config: AssetConfig, library: JobLibrary): Promise<string[]> {
  const warnings: string[] = []
  const places = [
    { label: 'settings.asset_directory', folders: assetFoldersOf(config, config.document) },
    {
      label: `"${library.mappingName}": settings.asset_directory`,
      folders: assetFoldersOf(config, library.data ?? null),
    },
  ]
  for (const { label, folders } of places) {
    for (const { value, path } of folders) {
      if (await config.reach.exists(path)) continue
      const where = value === path ? '' : ` (looked for at ${path})`
      const hint = await containerHint(value, config)
      warnings.push(
        `${label}: the folder ${value} does not exist${where}: overlays are not drawn on its pictures${hint}`,
      )
    }
  }
  return warnings
}
