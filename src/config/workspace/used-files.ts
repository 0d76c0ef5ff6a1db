import { join, resolve } from 'node:path'
import { overlayFilesOf } from '../overlays/entry-files.ts'
import { kometaFilename } from '../read/environment/kometa-filename.ts'
import type { JobConfig } from '../read/user-config.ts'
import { readOrNull } from '../yaml/yaml-files.ts'
import { get, getMap, isMap, textOf, walkScalars, type YamlValue } from '../yaml/yaml-value.ts'
import { assetFoldersOf } from './asset-folders.ts'

/** Files that a preview is made of, as absolute paths. One that is not there counts too: it may come. */
export interface UsedFiles {
  /** Config, preview.yml, overlay files, and the images and fonts that they name. */
  files: readonly string[]
  /** Folders of which every YAML file is loaded (`folder:`). */
  yamlFolders: readonly string[]
  /** Folders in which Kometa looks for an item's own picture. */
  assetFolders: readonly string[]
}

/** Paths in definitions; a value with `<<...>>` in it is not known before Kometa has put it together. */
const namesFile = /\.(?:png|jpe?g|webp|ttf|otf)$/i

/** Finds what a change of would change the preview of these libraries. Reads the overlay files; one that cannot be read names nothing. */
export async function listUsedFiles(config: JobConfig, kometaDir: string | null): Promise<UsedFiles> {
  const files = new Set<string>(config.sourceFiles)
  const yamlFolders = new Set<string>()
  const assetFolders = new Set(assetFoldersOf(config, config.document).map(({ path }) => path))
  for (const library of config.libraries) {
    for (const { path } of assetFoldersOf(config, library.data ?? null)) assetFolders.add(path)
    for (const entry of library.overlayFiles) {
      if (entry.form === 'folder') yamlFolders.add(resolve(config.kometaCwd, entry.value))
      for (const path of pathsIn(entry.templateVariables, config)) files.add(path)
      for (const path of await overlayFilesOf(entry, config, kometaDir)) {
        files.add(path)
        const document = await readOrNull(config.files, path)
        for (const named of [...pathsIn(document, config), ...namedImages(document, config)]) files.add(named)
      }
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
