import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../util/unknown-error.ts'
import type { Reach } from '../reach/reach.ts'
import { kometaFilename } from '../read/environment/kometa-filename.ts'
import { copyPrivately } from './link-or-copy.ts'

/** Kometa itself refuses images above 10.5 MB; a larger file here is no poster. */
const maxBackupBytes = 64 * 1024 * 1024
/** Kometa takes the first that is there (overlays.py:191-196). */
const endings = ['png', 'jpg', 'webp']

const folderEnding = ' Original Posters'

/** `<library> Original Posters`: where Kometa keeps the clean posters of a library (library.py:64-66). */
export const backupFolderName = (mappingName: string): string => `${kometaFilename(mappingName)}${folderEnding}`

/** A clean original that Kometa will draw from. */
export interface CopiedBackup {
  /** The user's own file. */
  path: string
  sha256: string
  /** In the workspace, until Kometa removes it. */
  copy: string
  /** Of it and of its copies under other endings: they tell these from a file that Kometa puts there. */
  stamps: readonly string[]
}

/**
 * By `backupKey`, files under the name that a library had once: Kometa looks for originals under today's name alone. `known` are
 * all mapping names of the config.
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

/** What became of an item's clean original in a run. */
export type BackupLeft = 'same' | 'new' | 'none'

/** `<mapping name> <ratingKey>`: two libraries of the config can be on one Plex library, each with originals of its own. */
export const backupKey = (mappingName: string, ratingKey: string): string => `${mappingName} ${ratingKey}`

/** Copies the clean originals of these items into the workspace; answers by `backupKey`. */
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

/** By `backupKey`, what Kometa has left in the place of each of these items' original; 'none' where nothing is said. */
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
