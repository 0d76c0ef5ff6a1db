import { join, resolve } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { JobConfig } from '../read/user-config.ts'
import { readOrNull, type YamlFiles } from '../yaml/yaml-files.ts'
import { getMap, textOf } from '../yaml/yaml-value.ts'
import { defaultOverlayPlaces, findOverlayFile } from './entry-files.ts'
import type { OverlayEntry } from './overlay-entries.ts'

/**
 * In which overlay file of a library a definition stands, as the config names the file (`default: resolution` for one of Kometa's
 * own); null when it comes from a remote file, or from one that cannot be read.
 */
export async function findDefinitionFile(
  config: JobConfig,
  mappingName: string,
  definition: string,
  kometaDir: string | null = null,
): Promise<string | null> {
  const library = config.libraries.find((one) => one.mappingName === mappingName)
  for (const entry of library?.overlayFiles ?? []) {
    for (const { path, name } of await filesOf(entry, config, kometaDir)) {
      if (await defines(config.files, path, definition)) return name
    }
  }
  return null
}

interface NamedFile {
  path: string
  name: string
}

async function filesOf(
  { form, value }: OverlayEntry,
  { kometaCwd: cwd, reach }: JobConfig,
  kometaDir: string | null,
): Promise<NamedFile[]> {
  switch (form) {
    case 'folder':
      return yamlFiles(resolve(cwd, value), value, reach)
    case 'file':
    case 'path':
      return existing([resolve(cwd, value)], value, reach)
    case 'default':
      return kometaDir === null ? [] : existing(defaultOverlayPlaces(kometaDir, value), `default: ${value}`, reach)
    default:
      return []
  }
}

async function existing(places: readonly string[], name: string, reach: Reach): Promise<NamedFile[]> {
  for (const place of places) {
    const path = await findOverlayFile(place, reach)
    if (path !== undefined) return [{ path, name }]
  }
  return []
}

async function yamlFiles(folder: string, name: string, reach: Reach): Promise<NamedFile[]> {
  return (await reach.names(folder))
    .filter((entry) => /\.ya?ml$/i.test(entry))
    .map((entry) => ({ path: join(folder, entry), name: join(name, entry) }))
}

async function defines(files: YamlFiles, path: string, definition: string): Promise<boolean> {
  // A file that cannot be read was warned of before the run; here it only does not help.
  const document = await readOrNull(files, path)
  return document !== null && [...getMap(document, 'overlays').keys()].some((key) => textOf(key) === definition)
}
