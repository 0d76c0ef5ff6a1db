import { mkdir, readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { JobLibrary } from '../read/job-libraries.ts'
import { get, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { type AssetFolder, assetFoldersOf } from './asset-folders.ts'
import { linkTo } from './link-or-copy.ts'

/**
 * Private copies of asset folders: with `dimensional_asset_rename` Kometa first renames pictures in them, and draws on what
 * is called `poster` then (plex.py:1953-1975). Path of the user's folder -> that of its copy, from Kometa's working
 * directory. Empty where nothing is renamed.
 */
export type AssetCopies = ReadonlyMap<string, string>

/** The dot keeps them out of `folder: config`. */
const copiesFolder = 'config/.kometa-preview-assets'
/** Pictures of one asset folder; Kometa sees no more of them. */
const maxPictures = 200_000
/** A link that leads above itself would have no end. */
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

/** `asset_directory` with the copies in the place of the folders, or undefined where there is nothing to change. */
export function copiedFolders(folders: readonly AssetFolder[], copies: AssetCopies): string[] | undefined {
  if (!folders.some(({ path }) => copies.has(path))) return undefined
  return folders.map(({ path, value }) => copies.get(path) ?? value)
}

/** Makes one copy: its folders are real, its pictures links, so that a renamed one is a renamed link. */
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
  if (left < 0) warnings.push(`${from} has more than ${maxPictures} pictures: Kometa sees only the first`)
}
