import { mkdir, readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { JobLibrary } from '../read/job-libraries.ts'
import { get, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { type AssetFolder, assetFoldersOf } from './asset-folders.ts'
import { linkTo } from './link-or-copy.ts'

/**
 * Private copies of asset folders. With `dimensional_asset_rename` Kometa renames pictures in these folders and
 * then draws on the one called `poster` (plex.py:1953-1975). Maps the user's folder to the path of its copy,
 * relative to Kometa's working directory. Empty if nothing is renamed.
 */
export type AssetCopies = ReadonlyMap<string, string>

/** Because of the dot, `folder: config` does not include the copies. */
const copiesFolder = 'config/.kometa-preview-assets'
/** The most pictures of one asset folder that Kometa sees. */
const maxPictures = 200_000
/** Ends the walk through a link that leads to a folder above itself. */
const maxDepth = 8

const renames = (place: YamlValue): boolean | undefined => {
  const value = get(place, 'settings', 'dimensional_asset_rename')
  return value === undefined || value === null ? undefined : value === true
}

export async function listAssetCopies(
  document: YamlMap,
  libraries: readonly JobLibrary[],
  { kometaCwd, reach }: { kometaCwd: string; reach: Reach },
): Promise<AssetCopies> {
  const places: YamlValue[] = [document, ...libraries.map(({ data }) => data)]
  if (!libraries.some(({ data }) => renames(data) ?? renames(document))) return new Map()
  const folders = places.flatMap((place) => assetFoldersOf({ kometaCwd }, place))
  const copies = new Map<string, string>()
  for (const { path } of folders) {
    if (!copies.has(path) && (await reach.isFolder(path))) copies.set(path, `${copiesFolder}/${copies.size}`)
  }
  return copies
}

/** `asset_directory` with the copies in place of the folders. undefined: no folder has a copy. */
export function copiedFolders(folders: readonly AssetFolder[], copies: AssetCopies): string[] | undefined {
  if (!folders.some(({ path }) => copies.has(path))) return undefined
  return folders.map(({ path, value }) => copies.get(path) ?? value)
}

/**
 * Makes one copy of an asset folder. Its folders are real and its pictures are links, so that Kometa renames links
 * only.
 */
export async function copyAssets(from: string, to: string, reach: Reach, warnings: string[]): Promise<void> {
  let left = maxPictures
  const copy = async (folder: string, at: string, depth: number): Promise<void> => {
    await mkdir(at, { recursive: true, mode: 0o700 })
    const found = await reach.way(folder)
    for (const name of found === null ? [] : await readdir(found)) {
      const source = join(folder, name)
      const way = await reach.way(source)
      const info = way === null ? null : await stat(way).catch(() => null)
      if (info?.isDirectory() && depth < maxDepth) await copy(source, join(at, name), depth + 1)
      if (!info?.isFile() || /^\.ya?ml$/i.test(extname(name))) continue
      left -= 1
      if (left >= 0) await linkTo(source, join(at, name))
    }
  }
  await copy(from, to, 0)
  if (left < 0) warnings.push(`${from} has more than ${maxPictures} pictures: Kometa sees only the first of them`)
}
