import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../util/unknown-error.ts'
import type { Reach } from '../reach/reach.ts'
import { kometaFilename } from '../read/environment/kometa-filename.ts'
import { copyPrivately } from './link-or-copy.ts'

/** Kometa refuses images above 10.5 MB, so a larger file here is no poster. */
const maxBackupBytes = 64 * 1024 * 1024
/** In the order in which Kometa tries them (overlays.py:191-196). */
const endings = ['png', 'jpg', 'webp']

const folderEnding = ' Original Posters'

/** `<library> Original Posters`: the folder in which Kometa keeps the clean posters of a library (library.py:64-66). */
export const backupFolderName = (mappingName: string): string => `${kometaFilename(mappingName)}${folderEnding}`

/** A clean original that Kometa will draw on. */
export interface CopiedBackup {
  /** The user's own file. */
  path: string
  sha256: string
  /** The copy in the workspace. Kometa may remove it. */
  copy: string
  /** Stamps of all copies of this original, whatever their ending. A file that Kometa puts there has another stamp. */
  stamps: readonly string[]
}

/**
 * Finds backups under an earlier name of a library, by `backupKey`. Kometa looks only under today's name. `known`
 * are all mapping names of the config.
 */
export async function findStrayBackups(
  userOverlays: string,
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>,
  known: readonly string[],
  reach: Reach,
): Promise<Map<string, string>> {
  const own = new Set(known.map(backupFolderName))
  const strays = (await listFolders(userOverlays, reach)).filter(
    (name) => name.endsWith(folderEnding) && !own.has(name),
  )
  const found = new Map<string, string>()
  for (const folder of strays) {
    const names = new Set(await listNames(join(userOverlays, folder), reach))
    for (const [mappingName, ratingKeys] of ratingKeysByLibrary) {
      for (const ratingKey of ratingKeys) {
        const name = endings.map((ending) => `${ratingKey}.${ending}`).find((each) => names.has(each))
        if (name !== undefined) found.set(backupKey(mappingName, ratingKey), join(userOverlays, folder, name))
      }
    }
  }
  return found
}

/** What a run did with the clean original of an item. */
export type BackupLeft = 'same' | 'new' | 'none'

/**
 * `<mapping name> <ratingKey>`. Two libraries of the config can name the same Plex library, and each has its own
 * originals.
 */
export const backupKey = (mappingName: string, ratingKey: string): string => `${mappingName} ${ratingKey}`

/** Copies the clean originals of these items into the workspace, by `backupKey`. */
export async function copyBackups(
  userOverlays: string,
  workspaceOverlays: string,
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>,
  reach: Reach,
): Promise<Map<string, CopiedBackup>> {
  const copied = new Map<string, CopiedBackup>()
  for (const [mappingName, ratingKeys] of ratingKeysByLibrary) {
    const folder = backupFolderName(mappingName)
    const names = await listNames(join(userOverlays, folder), reach)
    await mkdir(join(workspaceOverlays, folder), { recursive: true, mode: 0o700 })
    for (const ratingKey of ratingKeys) {
      const own = names.filter((name) => name.slice(0, name.lastIndexOf('.')) === ratingKey)
      const there: string[] = []
      const stamps: string[] = []
      for (const name of own) {
        const copy = join(workspaceOverlays, folder, name)
        if (!(await copyPrivately(join(userOverlays, folder, name), copy, maxBackupBytes, reach))) continue
        there.push(name)
        stamps.push((await stampOf(copy)) ?? '')
      }
      const first = endings.map((ending) => `${ratingKey}.${ending}`).find((name) => there.includes(name))
      if (first === undefined) continue
      const copy = join(workspaceOverlays, folder, first)
      const path = join(userOverlays, folder, first)
      copied.set(backupKey(mappingName, ratingKey), { path, copy, sha256: await hashOf(copy), stamps })
    }
  }
  return copied
}

/** What Kometa has left in place of the originals of these items, by `backupKey`. An item without an entry has none. */
export async function remainingBackups(
  workspaceOverlays: string,
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>,
  copied: ReadonlyMap<string, CopiedBackup>,
): Promise<Map<string, BackupLeft>> {
  const left = new Map<string, BackupLeft>()
  for (const [mappingName, ratingKeys] of ratingKeysByLibrary) {
    const folder = join(workspaceOverlays, backupFolderName(mappingName))
    for (const ratingKey of ratingKeys) {
      const key = backupKey(mappingName, ratingKey)
      for (const ending of endings) {
        const stamp = await stampOf(join(folder, `${ratingKey}.${ending}`))
        if (stamp === null) continue
        const isSame = copied.get(key)?.stamps.includes(stamp) === true
        left.set(key, isSame && left.get(key) !== 'new' ? 'same' : 'new')
      }
    }
  }
  return left
}

const stampOf = (path: string): Promise<string | null> =>
  stat(path).then(
    ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
    () => null,
  )

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function listFolders(folder: string, reach: Reach): Promise<string[]> {
  const found = await reach.way(folder)
  if (found === null) return []
  const entries = await readdir(found, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

async function listNames(folder: string, reach: Reach): Promise<string[]> {
  const found = await reach.way(folder)
  if (found === null) return []
  try {
    return await readdir(found)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}
