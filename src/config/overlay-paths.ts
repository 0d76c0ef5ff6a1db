import { join } from 'node:path'
import { exists } from './locate.ts'

/** Kometa's own folders of default overlays (meta.py:141-157). */
const defaultFolders = ['.', 'movie', 'show', 'both', 'chart', 'award']

/** Where a `default:` overlay file may stand in a Kometa checkout, the likeliest first. */
export function defaultOverlayPlaces(kometaDir: string, name: string): string[] {
  const file = withEnding(name.startsWith('overlays/') ? name.slice(9) : name)
  return defaultFolders.map((folder) => join(kometaDir, 'defaults', 'overlays', folder, file))
}

/** The file that Kometa loads for `file:`: it adds the ending, and takes the other one of .yml and .yaml too (meta.py:160-163). */
export async function findOverlayFile(path: string): Promise<string | undefined> {
  const named = withEnding(path)
  const other = named.endsWith('.yml') ? `${named.slice(0, -4)}.yaml` : `${named.slice(0, -5)}.yml`
  for (const candidate of [named, other]) if (await exists(candidate)) return candidate
  return undefined
}

const withEnding = (path: string): string => (/\.ya?ml$/.test(path) ? path : `${path}.yml`)
