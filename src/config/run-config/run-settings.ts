import type { JobConfig } from '../read/user-config.ts'
import { copiedFolders } from '../workspace/asset-copies.ts'
import { assetFoldersOf } from '../workspace/asset-folders.ts'
import { get, getMap, isList, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { applyTable } from './apply-table.ts'
import { settingsKeys } from './key-table.ts'

/**
 * Kometa completes a list that lacks one of these and writes it to disk, even with `--read-only-config`
 * (config.py:725-751).
 */
const runOrder = ['operations', 'metadata', 'collections', 'overlays']

/** `settings` of the config or of a library, for the run config. */
export function runSettings(
  config: JobConfig,
  place: YamlMap,
  path: string,
  changes: string[],
  isGlobal: boolean,
): YamlMap {
  const own = getMap(place, 'settings')
  const order = get(own, 'run_order')
  const listed = (isList(order) ? order : textOf(order).split(',')).map((item) => textOf(item).trim().toLowerCase())
  const complete = runOrder.every((step) => listed.includes(step)) && listed.length === runOrder.length
  if (order !== undefined && !complete) changes.push(`${path}run_order: all four steps; only overlays run in a preview`)
  const rewritten = new Map<string, YamlValue>()
  if (isGlobal || order !== undefined) rewritten.set('run_order', complete ? listed : runOrder)
  const copies = copiedFolders(assetFoldersOf(config, place), config.assetCopies)
  if (copies) {
    rewritten.set('asset_directory', copies)
    changes.push(`${path}asset_directory: private copies of the folders, for dimensional_asset_rename`)
  }
  const renames = get(own, 'dimensional_asset_rename')
  if (renames !== undefined && config.assetCopies.size > 0) rewritten.set('dimensional_asset_rename', renames)
  return applyTable(own, { table: settingsKeys, path, changes, rewritten, forceAlways: isGlobal })
}
