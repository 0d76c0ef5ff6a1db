import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { JobConfig } from './job-config.ts'
import { readYamlFile } from './yaml-read.ts'
import { getMap, textOf } from './yaml-value.ts'

/**
 * In which of a library's own overlay files a definition stands, as the config names the file; null when it comes from a
 * default or a remote file, or from a template under another name.
 */
export async function findDefinitionFile(
  config: JobConfig,
  mappingName: string,
  definition: string,
): Promise<string | null> {
  const library = config.libraries.find((one) => one.mappingName === mappingName)
  for (const { form, value } of library?.overlayFiles ?? []) {
    const path = resolve(config.kometaCwd, value)
    const files =
      form === 'folder'
        ? await yamlFiles(path, value)
        : form === 'file' || form === 'path'
          ? [{ path, name: value }]
          : []
    for (const file of files) {
      if (await defines(file.path, definition)) return file.name
    }
  }
  return null
}

async function yamlFiles(folder: string, name: string): Promise<{ path: string; name: string }[]> {
  const entries = await readdir(folder).catch(() => [])
  return entries
    .filter((entry) => /\.ya?ml$/i.test(entry))
    .map((entry) => ({ path: join(folder, entry), name: join(name, entry) }))
}

async function defines(path: string, definition: string): Promise<boolean> {
  // A file that cannot be read was warned of before the run; here it only does not help.
  const document = await readYamlFile(path).catch(() => null)
  return document !== null && [...getMap(document, 'overlays').keys()].some((key) => textOf(key) === definition)
}
