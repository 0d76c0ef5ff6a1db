import { join, resolve } from 'node:path'
import { candidatePaths, findEntryFiles } from '../overlays/entry-files.ts'
import { type OverlayEntry, templateEntries } from '../overlays/overlay-entries.ts'
import { kometaFilename } from '../read/environment/kometa-filename.ts'
import type { JobConfig } from '../read/user-config.ts'
import { readOrNull } from '../yaml/yaml-files.ts'
import { get, getMap, isMap, textOf, walkScalars, type YamlValue } from '../yaml/yaml-value.ts'
import { assetFoldersOf } from './asset-folders.ts'

/**
 * The files that a preview depends on, as absolute paths. A file that does not exist yet is listed too, since it
 * may appear.
 */
export interface UsedFiles {
  /** The config, preview.yml, overlay files and their templates, and the images and fonts that they name. */
  files: readonly string[]
  /** Folders from which Kometa loads every YAML file (`folder:`). */
  yamlFolders: readonly string[]
  /** Folders in which Kometa looks for an item's own picture. */
  assetFolders: readonly string[]
}

/** A path in a definition. A value with `<<...>>` in it is unknown until Kometa fills it in. */
const namesFile = /\.(?:png|jpe?g|webp|ttf|otf)$/i

/**
 * Lists the files whose change would change the preview of these libraries. An overlay file that cannot be read
 * names no others.
 */
export async function listUsedFiles(config: JobConfig, kometaDir: string | null): Promise<UsedFiles> {
  const files = new Set<string>(config.sourceFiles)
  const yamlFolders = new Set<string>()
  const assetFolders = new Set(assetFoldersOf(config, config.document).map(({ path }) => path))
  const add = async (entry: OverlayEntry, read: (document: YamlValue) => Promise<void>): Promise<void> => {
    if (entry.form === 'folder') yamlFolders.add(resolve(config.kometaCwd, entry.value))
    const found = await findEntryFiles(entry, config, kometaDir)
    const candidates = candidatePaths(entry, config)
    // A default of Kometa's own takes precedence over a file of that name in the working directory.
    const isKometas = entry.form === 'default' && found.some((path) => !candidates.includes(path))
    for (const path of [...(isKometas ? [] : candidates), ...pathsIn(entry.templateVariables, config)]) files.add(path)
    for (const path of found) {
      files.add(path)
      const document = await readOrNull(config.files, path)
      for (const named of [...pathsIn(document, config), ...namedImages(document, config)]) files.add(named)
      await read(document)
    }
  }
  for (const library of config.libraries) {
    for (const { path } of assetFoldersOf(config, library.data ?? null)) assetFolders.add(path)
    for (const entry of library.overlayFiles) {
      await add(entry, async (document) => {
        // The templates of Kometa's own overlay files belong to its checkout, which is not watched.
        if (entry.form === 'default') return
        for (const template of templateEntries(document)) await add(template, async () => undefined)
      })
    }
  }
  return { files: [...files], yamlFolders: [...yamlFolders], assetFolders: [...assetFolders] }
}

/** Images and fonts that are written out as paths. */
function pathsIn(value: YamlValue, { kometaCwd }: JobConfig): string[] {
  const paths: string[] = []
  if (value !== null) {
    walkScalars(value, (scalar) => {
      if (typeof scalar !== 'string' || !namesFile.test(scalar) || scalar.includes('<<')) return
      if (!/^[a-z]+:\/\//i.test(scalar)) paths.push(resolve(kometaCwd, scalar))
    })
  }
  return paths
}

/** An overlay without an image of its own is `overlays/<name>.png` of the config's folder (overlay.py:361-366). */
function namedImages(document: YamlValue, { kometaConfigDir }: JobConfig): string[] {
  return [...getMap(document, 'overlays')].flatMap(([key, data]) => {
    const overlay = get(data, 'overlay')
    const name = isMap(overlay) ? textOf(overlay.get('name')) : textOf(overlay ?? key)
    if (name === '' || name.includes('<<') || /^(?:text|blur|backdrop)/.test(name)) return []
    return [join(kometaConfigDir, 'overlays', `${kometaFilename(name)}.png`)]
  })
}
