import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Files below the font folders that are looked at; a machine with more has its fonts taken on trust. */
const maxFontEntries = 20_000

/** The system's font folders as Kometa knows them (util.py:1143-1161); names in them are good for `font:`. */
export function systemFontFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32') return env.WINDIR ? [join(env.WINDIR, 'fonts')] : []
  if (platform === 'darwin') return ['/Library/Fonts', '/System/Library/Fonts', join(home, 'Library', 'Fonts')]
  return (env.XDG_DATA_DIRS || '/usr/share').split(delimiter).map((folder) => join(folder, 'fonts'))
}

/** Font folders below the home, each by its names: Pillow and Kometa look for fonts by name there. */
export const homeFontFolders = (platform: NodeJS.Platform): string[][] =>
  platform === 'win32'
    ? [['AppData', 'Local', 'Microsoft', 'Windows', 'Fonts']]
    : [['.fonts'], ['.local', 'share', 'fonts'], ['Library', 'Fonts']]

/** The names of all files below these folders; null when there are too many to look at. */
export async function fontNames(folders: readonly string[]): Promise<Set<string> | null> {
  const names = new Set<string>()
  const waiting = [...folders]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await listFolder(folder)) {
      if (names.size + waiting.length > maxFontEntries) return null
      if (entry.isDirectory()) waiting.push(join(folder, entry.name))
      else names.add(entry.name)
    }
  }
  return names
}

async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch {
    // A font folder that is not there or not ours has no fonts for Kometa either (os.walk).
    return []
  }
}
