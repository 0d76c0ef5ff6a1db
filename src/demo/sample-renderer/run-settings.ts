import { overlayList } from '../../config/overlays/overlay-entries.ts'
import { readYamlFile } from '../../config/yaml/yaml-read.ts'
import { get, getMap, isMap, numberOf, textOf, type YamlMap, type YamlValue } from '../../config/yaml/yaml-value.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { defaultQuality } from './drawing/compose.ts'

/** One library of the run config. */
export interface LibrarySettings {
  /** Key in the config, which names the backup folder. */
  mapping: string
  /** Title in Plex. */
  title: string
  url: string
  token: string
  overlayFiles: readonly OverlayFileEntry[]
  removeOverlays: boolean
  quality: number
}

export interface OverlayFileEntry {
  /** `resolution` of `default: resolution`; null for any other form. */
  defaultName: string | null
  /** The entry in the words of the config, for the log. */
  shown: string
  variables: YamlMap
}

/** Reads the settings that the sample renderer needs from kometa_run.yml. Throws like our own config reader. */
export async function readRunSettings(path: string): Promise<LibrarySettings[]> {
  const document = await readYamlFile(path)
  const libraries = getMap(document, 'libraries')
  const configQuality = numberOf(get(document, 'settings', 'overlay_artwork_quality'))
  return [...libraries].map(([key, data]) => {
    const mapping = textOf(key)
    const own = (name: string) => textOf(get(data, 'plex', name)) || textOf(get(document, 'plex', name))
    const title = get(data, 'library_name')
    return {
      mapping,
      title: title === undefined || title === null ? mapping : textOf(title),
      url: trimEndOf(own('url'), '/'),
      token: own('token'),
      overlayFiles: overlayList(get(data, 'overlay_files')).map((entry) => overlayFile(entry, data)),
      removeOverlays: get(data, 'remove_overlays') === true,
      quality: numberOf(get(data, 'settings', 'overlay_artwork_quality')) ?? configQuality ?? defaultQuality,
    }
  })
}

function overlayFile(entry: YamlValue, library: YamlValue): OverlayFileEntry {
  if (!isMap(entry)) return { defaultName: null, shown: textOf(entry), variables: new Map() }
  // Kometa looks for these keys in this order (util.py:495-510). `pmm` is the old name of `default`.
  const form = ['url', 'git', 'pmm', 'default', 'repo', 'file', 'folder'].find((name) => entry.get(name) !== undefined)
  const value = form === undefined ? '' : textOf(entry.get(form))
  const fromGit = form === 'git' ? /^PMM\/overlays\/(.+)$/.exec(value)?.[1] : undefined
  const defaultName = form === 'default' || form === 'pmm' ? value : (fromGit ?? null)
  // A variable of the library counts if the file has none of that name (config.py:1649-1651).
  const variables = new Map([...getMap(library, 'template_variables'), ...getMap(entry, 'template_variables')])
  return { defaultName, shown: `${form ?? 'entry'}: ${value}`, variables }
}
