import { resolve } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import { containerHint } from '../read/container-path.ts'
import type { JobLibrary } from '../read/job-libraries.ts'
import { get, isList, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/** What of a job's config says where its assets are. */
export interface AssetPlaces {
  document: YamlMap
  kometaCwd: string
  configDir: string
  configPath: string
  reach: Reach
}

export interface AssetFolder {
  /** As it stands in the config. */
  value: string
  path: string
}

/** `asset_directory` of the config itself or of one library. Without one Kometa has no assets. */
export function assetFoldersOf({ kometaCwd }: Pick<AssetPlaces, 'kometaCwd'>, place: YamlValue): AssetFolder[] {
  const value = get(place, 'settings', 'asset_directory')
  const folders = isList(value) ? value : value === undefined || value === null || value === '' ? [] : [value]
  return folders.map((folder) => ({ value: textOf(folder), path: resolve(kometaCwd, textOf(folder)) }))
}

/** True when Kometa looks for assets of this library: its own folders count before those of the config (config.py:1138). */
export async function hasAssetFolder(config: AssetPlaces, library: JobLibrary): Promise<boolean> {
  const [own, all] = await Promise.all(
    [library.data ?? null, config.document].map((place) => existing(assetFoldersOf(config, place), config.reach)),
  )
  return (own?.length ?? 0) > 0 || (all?.length ?? 0) > 0
}

async function existing(folders: readonly AssetFolder[], reach: Reach): Promise<AssetFolder[]> {
  const found = await Promise.all(folders.map(async (folder) => ((await reach.exists(folder.path)) ? [folder] : [])))
  return found.flat()
}

/** A warning for each asset folder of the library that is not there: Kometa then draws on another picture. */
export async function checkAssetFolders(config: AssetPlaces, library: JobLibrary): Promise<string[]> {
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
      warnings.push(
        `${label}: the folder ${value} does not exist${where}: its pictures are not drawn on${await containerHint(value, config)}`,
      )
    }
  }
  return warnings
}
