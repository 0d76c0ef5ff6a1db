import { opendir } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { OverlayEntry } from './overlay-entries.ts'

/** What relative paths of a config start from, and which paths may be looked at. */
export interface EntryPlaces {
  kometaCwd: string
  reach: Reach
}

type NamedEntry = Pick<OverlayEntry, 'form' | 'value'>

/** Kometa's folders of default overlays, in the order in which Kometa looks into them (meta.py:141-157). */
const defaultFolders = ['.', 'movie', 'show', 'both', 'chart', 'award']

/**
 * The files that Kometa loads for one entry of `overlay_files`, in Kometa's order. Only files that are there are
 * listed. `metadata_files`, `collection_files` and `external_templates` are spelled the same way. Kometa fetches
 * `url`, `git` and `repo`, so these have no file here; without a checkout (`kometaDir`) neither has a `default`.
 */
export async function findEntryFiles(
  entry: NamedEntry,
  places: EntryPlaces,
  kometaDir: string | null,
): Promise<string[]> {
  const { form, value } = entry
  const path = resolve(places.kometaCwd, value)
  switch (form) {
    case 'file':
      return firstOf(spellings(path), places.reach)
    case 'path':
      // A bare path must exist as it is written, before Kometa adds an ending (util.py:546).
      return (await places.reach.exists(path)) ? firstOf(spellings(path), places.reach) : []
    case 'folder':
      return yamlFilesIn(path, places.reach)
    case 'default':
      return kometaDir === null ? [] : findDefault(value, places, kometaDir)
    case 'url':
    case 'git':
    case 'repo':
      return []
  }
}

/**
 * Every path at which Kometa would look for the file of an entry outside of its checkout. A file that appears at
 * one of them can change what the entry means. A `folder` is no such path: any file in it can.
 */
export function candidatePaths({ form, value }: NamedEntry, { kometaCwd }: Pick<EntryPlaces, 'kometaCwd'>): string[] {
  const path = resolve(kometaCwd, value)
  if (form === 'path') return [...new Set([path, ...spellings(path)])]
  return form === 'file' || form === 'default' ? spellings(path) : []
}

/**
 * The user's own overlay files. The file of a `default` is among them where one lies in the working directory:
 * Kometa takes it if its checkout has no default of that name (meta.py:158-163).
 */
export async function ownOverlayFiles(
  config: EntryPlaces & { libraries: readonly { overlayFiles: readonly OverlayEntry[] }[] },
): Promise<string[]> {
  const entries = config.libraries.flatMap(({ overlayFiles }) => overlayFiles)
  const files = await Promise.all(
    entries.map(({ form, value }) => findEntryFiles({ form: form === 'default' ? 'file' : form, value }, config, null)),
  )
  return [...new Set(files.flat())]
}

/**
 * The YAML files that Kometa loads of a folder: by ending and then in the order of the disk, hidden ones left out
 * (util.py:497-500).
 */
export async function yamlFilesIn(folder: string, reach: Reach): Promise<string[]> {
  const names = await namesInDiskOrder(folder, reach)
  return ['.yml', '.yaml'].flatMap((ending) =>
    names.filter((name) => name.endsWith(ending) && !name.startsWith('.')).map((name) => join(folder, name)),
  )
}

/** `readdir` would sort the names, and Python's glob does not. */
async function namesInDiskOrder(folder: string, reach: Reach): Promise<string[]> {
  const found = await reach.find(folder)
  if (found === null) return []
  const names: string[] = []
  try {
    for await (const entry of await opendir(found)) names.push(entry.name)
  } catch {
    // A folder that cannot be listed has no files for Kometa either; checkLibraries warns of it.
  }
  return names
}

/**
 * A default is taken by its exact name; any other path counts from the working directory, like a `file`
 * (meta.py:134-165).
 */
async function findDefault(name: string, { kometaCwd, reach }: EntryPlaces, kometaDir: string): Promise<string[]> {
  const file = withEnding(name).replace(/^overlays\//, '')
  const inCheckout = defaultFolders.map((folder) =>
    isAbsolute(file) ? file : join(kometaDir, 'defaults', 'overlays', folder, file),
  )
  const found = await firstOf(inCheckout, reach)
  return found.length > 0 ? found : firstOf(spellings(resolve(kometaCwd, file)), reach)
}

const withEnding = (path: string): string => (/\.ya?ml$/.test(path) ? path : `${path}.yml`)

/**
 * Kometa adds a missing ending, and takes the other one of .yml and .yaml where the named file is not there
 * (meta.py:118-163).
 */
function spellings(path: string): string[] {
  const named = withEnding(path)
  return [named, named.endsWith('.yml') ? `${named.slice(0, -4)}.yaml` : `${named.slice(0, -5)}.yml`]
}

async function firstOf(paths: readonly string[], reach: Reach): Promise<string[]> {
  for (const path of paths) if (await reach.exists(path)) return [path]
  return []
}
