import type { Dirent } from 'node:fs'
import { mkdir, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { errorCodeOf } from '../../util/unknown-error.ts'
import type { Reach } from '../reach/reach.ts'
import { oldSecretStore } from '../read/environment/secret-files.ts'
import { copyFolder, copyPrivately, linkTo } from './link-or-copy.ts'

/** The most links of one workspace. A larger folder of the user is cut off with a warning. */
const maxLinks = 20_000
const maxOverlayImageBytes = 64 * 1024 * 1024
const maxAnidbCacheBytes = 512 * 1024 * 1024
const maxOverlayFolderDepth = 6

export interface MirrorOptions {
  /** Folders that Kometa takes for its config folder, with what it writes there. */
  homes: ReadonlySet<string>
  /** Folders above these. They are real in the workspace, and their other entries are links. */
  realFolders: ReadonlySet<string>
  /** Files with the real token, also by their real paths. The workspace must not show them. */
  hidden: ReadonlySet<string>
  /** ratingKeys whose old backups (`overlays/<label>/<ratingKey>.png`) are copied. */
  ratingKeys: ReadonlySet<string>
  /** What the workspace may show: no link in it, nor any link of the user, leads outside. */
  reach: Reach
  warnings: string[]
}

/** What Kometa writes into its config folder (facts 1.4). A workspace starts without these files. */
const writtenByKometa = /^(?:logs|UUID|.*\.cache|title\.\w+\.tsv(?:\.gz)?|kometa_run\.yml|\.kometa-preview-empty\.yml)$/
const neverLinked = new Set(['.env', oldSecretStore])

/**
 * Makes `to` read as the user's folder `from`, so that every relative path of a config works, and nothing that
 * Kometa writes, removes or renames reaches the user's files. Folders that Kometa writes into are real, and files
 * that it overwrites are copies.
 */
export async function mirrorFolder(from: string, to: string, options: MirrorOptions): Promise<void> {
  const budget = { links: maxLinks }
  await mirror(resolve(from), to, options, budget)
  if (budget.links < 0)
    options.warnings.push(`${from} has more than ${maxLinks} entries: Kometa sees only the first of them`)
}

/** Whether a file must stay hidden, also when a link leads to it. */
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
  // Below a folder that is out of reach, the folders that are in reach are still mirrored.
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
 * Mirrors the folder `overlays`. Images that Kometa may replace (overlay.py:216-239) are copies; backups are copied
 * elsewhere. A folder with files like `480.png` is real, since Kometa removes `<label>/<ratingKey>.png`
 * (overlays.py:51, 719), which then removes a link or a copy.
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

/**
 * Whether a folder contains, at any depth, a file that could be an old backup of an item. Other folders are linked,
 * which keeps the order of their files for `folder:`.
 */
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

/** Real folders of the workspace directly below a folder that cannot be listed. */
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

/** The folders from `inner` up to `outer`, without `outer`. Empty if `inner` is not inside `outer`. */
export function foldersBetween(outer: string, inner: string): string[] {
  const folders: string[] = []
  const root = outer.endsWith(sep) ? outer : `${outer}${sep}`
  for (let folder = inner; folder.startsWith(root) && folder !== outer; folder = resolve(folder, '..'))
    folders.push(folder)
  return folders
}
