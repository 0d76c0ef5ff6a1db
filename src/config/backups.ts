import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { kometaFilename } from './kometa-filename.ts'
import { copyPrivately } from './link.ts'

/** Kometa itself refuses images above 10.5 MB; a larger file here is no poster. */
const maxBackupBytes = 64 * 1024 * 1024
/** Kometa takes the first that is there (overlays.py:191-196). */
const endings = ['png', 'jpg', 'webp']

/** `<library> Original Posters`: where Kometa keeps the clean posters of a library (library.py:64-66). */
export const backupFolderName = (mappingName: string): string => `${kometaFilename(mappingName)} Original Posters`

/** Copies the clean originals of these items into the workspace; answers with ratingKey -> the file that Kometa will draw from. */
export async function copyBackups(
  userOverlays: string,
  workspaceOverlays: string,
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, string>> {
  const copied = new Map<string, string>()
  for (const [mappingName, ratingKeys] of ratingKeysByLibrary) {
    const folder = backupFolderName(mappingName)
    const names = await listNames(join(userOverlays, folder))
    await mkdir(join(workspaceOverlays, folder), { recursive: true, mode: 0o700 })
    for (const ratingKey of ratingKeys) {
      const own = names.filter((name) => name.slice(0, name.lastIndexOf('.')) === ratingKey)
      for (const name of own) {
        await copyPrivately(join(userOverlays, folder, name), join(workspaceOverlays, folder, name), maxBackupBytes)
      }
      const first = endings.map((ending) => `${ratingKey}.${ending}`).find((name) => own.includes(name))
      if (first !== undefined) copied.set(ratingKey, first)
    }
  }
  return copied
}

/** ratingKeys of these that have a clean original in the workspace now. */
export async function remainingBackups(
  workspaceOverlays: string,
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>,
): Promise<Set<string>> {
  const left = new Set<string>()
  for (const [mappingName, ratingKeys] of ratingKeysByLibrary) {
    const names = await listNames(join(workspaceOverlays, backupFolderName(mappingName)))
    for (const ratingKey of ratingKeys)
      if (endings.some((ending) => names.includes(`${ratingKey}.${ending}`))) left.add(ratingKey)
  }
  return left
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
