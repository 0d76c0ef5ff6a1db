import { basename, join } from 'node:path'
import type { JobConfig } from '../read/user-config.ts'
import { readOrNull, type YamlFiles } from '../yaml/yaml-files.ts'
import { getMap, textOf } from '../yaml/yaml-value.ts'
import { findEntryFiles } from './entry-files.ts'
import type { OverlayEntry } from './overlay-entries.ts'

/**
 * Finds the overlay file of a library that contains a definition, and answers with the name that the config gives
 * to this file (`default: resolution` for one of Kometa's own). null: the definition comes from a remote file, or
 * from one that cannot be read.
 */
export async function findDefinitionFile(
  config: JobConfig,
  mappingName: string,
  definition: string,
  kometaDir: string | null = null,
): Promise<string | null> {
  const library = config.libraries.find((one) => one.mappingName === mappingName)
  for (const entry of library?.overlayFiles ?? []) {
    for (const path of await findEntryFiles(entry, config, kometaDir)) {
      if (await defines(config.files, path, definition)) return nameOf(entry, path)
    }
  }
  return null
}

function nameOf({ form, value }: OverlayEntry, path: string): string {
  if (form === 'folder') return join(value, basename(path))
  return form === 'default' ? `default: ${value}` : value
}

async function defines(files: YamlFiles, path: string, definition: string): Promise<boolean> {
  // checkLibraries has warned of a file that cannot be read; such a file only does not help here.
  const document = await readOrNull(files, path)
  return document !== null && [...getMap(document, 'overlays').keys()].some((key) => textOf(key) === definition)
}
