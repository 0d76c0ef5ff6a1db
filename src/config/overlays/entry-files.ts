import { join, resolve } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { OverlayEntry } from './overlay-entries.ts'

/** Kometa's own folders of default overlays (meta.py:141-157). */
const defaultFolders = ['.', 'movie', 'show', 'both', 'chart', 'award']

/** Where a `default:` overlay file may stand in a Kometa checkout, the likeliest first. */
export function defaultOverlayPlaces(kometaDir: string, name: string): string[] {
  const file = withEnding(name.startsWith('overlays/') ? name.slice(9) : name)
  return defaultFolders.map((folder) => join(kometaDir, 'defaults', 'overlays', folder, file))
}

/** The file that Kometa loads for `file:`: it adds the ending, and takes the other one of .yml and .yaml too (meta.py:160-163). */
export async function findOverlayFile(path: string, reach: Reach): Promise<string | undefined> {
  const named = withEnding(path)
  const other = named.endsWith('.yml') ? `${named.slice(0, -4)}.yaml` : `${named.slice(0, -5)}.yml`
  for (const candidate of [named, other]) if (await reach.exists(candidate)) return candidate
  return undefined
}

const withEnding = (path: string): string => (/\.ya?ml$/.test(path) ? path : `${path}.yml`)

/** The files of one entry; one that is not there counts too: it may come. Remote ones have no path. */
export async function overlayFilesOf(
  { form, value }: OverlayEntry,
  { kometaCwd, reach }: { kometaCwd: string; reach: Reach },
  kometaDir: string | null,
): Promise<string[]> {
  const path = resolve(kometaCwd, value)
  if (form === 'file' || form === 'path') return [(await findOverlayFile(path, reach)) ?? path]
  if (form === 'folder') {
    const names = await reach.names(path)
    return names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).map((name) => join(path, name))
  }
  if (form !== 'default' || kometaDir === null) return []
  for (const place of defaultOverlayPlaces(kometaDir, value)) {
    const found = await findOverlayFile(place, reach)
    if (found !== undefined) return [found]
  }
  return []
}

/** The overlay files that the user has written. */
export async function ownOverlayFiles(config: {
  kometaCwd: string
  reach: Reach
  libraries: readonly { overlayFiles: readonly OverlayEntry[] }[]
}): Promise<string[]> {
  const entries = config.libraries.flatMap(({ overlayFiles }) => overlayFiles)
  const files = await Promise.all(entries.map((entry) => overlayFilesOf(entry, config, null)))
  return [...new Set(files.flat())]
}
