import type { Dirent } from 'node:fs'
import { mkdir, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { errorCodeOf } from '../../util/unknown-error.ts'
import type { Reach } from '../reach/reach.ts'
import { oldSecretStore } from '../read/environment/secret-files.ts'
import { copyFolder, copyPrivately, linkTo } from './link-or-copy.ts'

/** Links of one workspace; a user's folder of more entries is cut off with a warning. */
const maxLinks = 20_000
const maxOverlayImageBytes = 64 * 1024 * 1024
const maxAnidbCacheBytes = 512 * 1024 * 1024
const maxOverlayFolderDepth = 6

export interface MirrorOptions {
  /** Folders that Kometa takes for its config folder, with what it writes there. */
  homes: ReadonlySet<string>
  /** Folders on the way to one: real in the workspace, their other entries linked. */
  realFolders: ReadonlySet<string>
  /** Files that must not be seen in the workspace, with their real paths: they hold the real token. */
  hidden: ReadonlySet<string>
  /** ratingKeys whose old backups (`overlays/<label>/<ratingKey>.png`) are copied. */
  ratingKeys: ReadonlySet<string>
  /** What else is left out: nothing in the workspace leads there, nor by a link of the user's. */
  reach: Reach
  warnings: string[]
}

/** What Kometa itself writes into its config folder (facts 1.4): it starts with none of the user's. */
const writtenByKometa = /^(?:logs|UUID|.*\.cache|title\.\w+\.tsv(?:\.gz)?|kometa_run\.yml|\.kometa-preview-empty\.yml)$/
const neverLinked = new Set(['.env', oldSecretStore])

/**
 * Makes `to` read as the user's folder `from`, so that every relative path of a config works, and so that nothing that Kometa
 * writes, removes or renames there reaches the user's: folders it writes into are real, files it overwrites are copies.
 */
export async function mirrorFolder(from: string, to: string, options: MirrorOptions): Promise<void> {
  const budget = { links: maxLinks }
  await mirror(resolve(from), to, options, budget)
  if (budget.links < 0) options.warnings.push(`${from} has more than ${maxLinks} entries: Kometa sees only the first`)
}

/** Also when it is reached by another way: a folder that is a link, a config that is one. */
async function isHidden(path: string, { hidden, reach }: MirrorOptions): Promise<boolean> {
  if (hidden.has(path)) return true
  if (!/\.ya?ml$/i.test(path)) return false
  const way = await reach.way(path)
  return way === null || hidden.has(await realpath(way).catch(() => way))
}

interface Budget {
  links: number
}

async function mirror(from: string, to: string, options: MirrorOptions, budget: Budget): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  const isHome = options.homes.has(from)
  // Of a folder that is out of reach, what is in reach below it.
  for (const name of await knownBelow(from, options)) await mirror(join(from, name), join(to, name), options, budget)
  for (const entry of await listFolder(from, options)) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (neverLinked.has(entry.name) || (await isHidden(source, options))) continue
    if (isHome && writtenByKometa.test(entry.name)) continue
    if (isHome && entry.name === 'overlays') await mirrorOverlays(source, target, options, budget, 0)
    else if (isHome && entry.name === 'anidb_cache') await copyFolder(source, target, maxAnidbCacheBytes, options.reach)
    else if (options.homes.has(source) || options.realFolders.has(source)) await mirror(source, target, options, budget)
    else await link(source, target, budget, options)
  }
}

/**
 * `overlays`: images that Kometa may replace (overlay.py:216-239) are copies; backups come separately. A folder with files like
 * `480.png` is real, since Kometa removes `<label>/<ratingKey>.png` (overlays.py:51, 719), which then takes a link or a copy.
 */
export async function mirrorOverlays(
  from: string,
  to: string,
  options: MirrorOptions,
  budget: Budget = { links: maxLinks },
  depth = 0,
): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  for (const entry of await listFolder(from, options)) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (depth === 0 && isOwnOfKometa(entry)) continue
    const isImage = depth === 0 && entry.name.endsWith('.png')
    const isOldBackup = depth > 0 && options.ratingKeys.has(entry.name.replace(/\.png$/, ''))
    if (await mayLoseFiles(source, depth, options)) await mirrorOverlays(source, target, options, budget, depth + 1)
    else if (!(isImage || isOldBackup) || !(await copyPrivately(source, target, maxOverlayImageBytes, options.reach))) {
      await link(source, target, budget, options)
    }
  }
}

const isOwnOfKometa = (entry: Dirent): boolean =>
  entry.name.endsWith(' Original Posters') || /^temp\.(?:webp|jpe?g|png)$/.test(entry.name)

/** A folder that holds, here or below, a file that could be an item's old backup. Others are linked, and so keep their order for `folder:`. */
async function mayLoseFiles(folder: string, depth: number, options: MirrorOptions): Promise<boolean> {
  for (const entry of await listFolder(folder, { ...options, warnings: [] })) {
    if (/^\d+\.png$/.test(entry.name)) return true
    const isFolder = entry.isDirectory() && depth < maxOverlayFolderDepth
    if (isFolder && (await mayLoseFiles(join(folder, entry.name), depth + 1, options))) return true
  }
  return false
}

async function link(source: string, target: string, budget: Budget, { reach }: MirrorOptions): Promise<void> {
  if (reach.areas !== null && !(await reach.exists(source))) return
  budget.links -= 1
  if (budget.links >= 0) await linkTo(source, target)
}

/** Real folders of the workspace right below one that cannot be listed. */
async function knownBelow(folder: string, { reach, homes, realFolders }: MirrorOptions): Promise<string[]> {
  if (reach.areas === null || (await reach.exists(folder))) return []
  return [...new Set([...homes, ...realFolders])]
    .filter((each) => dirname(each) === folder)
    .map((each) => basename(each))
}

async function listFolder(folder: string, { reach, warnings }: MirrorOptions): Promise<Dirent[]> {
  const found = await reach.way(folder)
  if (found === null) return []
  try {
    return await readdir(found, { withFileTypes: true })
  } catch (error) {
    const code = errorCodeOf(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      warnings.push(`Cannot read the folder ${folder}: ${code || String(error)}`)
    return []
  }
}

/** The folders from `inner` up to and without `outer`; none when it is not inside. */
export function foldersBetween(outer: string, inner: string): string[] {
  const folders: string[] = []
  const root = outer.endsWith(sep) ? outer : `${outer}${sep}`
  for (let folder = inner; folder.startsWith(root) && folder !== outer; folder = resolve(folder, '..'))
    folders.push(folder)
  return folders
}
