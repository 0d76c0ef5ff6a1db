import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** The most files below the font folders that are listed. On a machine with more, every font name is accepted. */
const maxFontEntries = 20_000

/** The font folders of the system as Kometa knows them (util.py:1143-1161). `font:` may name any file in them. */
export function systemFontFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32') return env.WINDIR ? [join(env.WINDIR, 'fonts')] : []
  if (platform === 'darwin') return ['/Library/Fonts', '/System/Library/Fonts', join(home, 'Library', 'Fonts')]
  return (env.XDG_DATA_DIRS || '/usr/share').split(delimiter).map((folder) => join(folder, 'fonts'))
}

/** Font folders below the home folder, as lists of names. Pillow and Kometa look for fonts by name in them. */
export const homeFontFolders = (platform: NodeJS.Platform): string[][] =>
  platform === 'win32'
    ? [['AppData', 'Local', 'Microsoft', 'Windows', 'Fonts']]
    : [['.fonts'], ['.local', 'share', 'fonts'], ['Library', 'Fonts']]

/** The names of all files below these folders. null: there are too many. */
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
    // Kometa finds no fonts in a missing or unreadable folder either (os.walk).
    return []
  }
}
