import { isTruthy } from '../read/normalise.ts'
import { get, isList, isMap, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/**
 * How an overlay file is named. `path` is a bare path in the list. `pmm` and `git: PMM/...` are old spellings of
 * `default`.
 */
type OverlayForm = 'url' | 'git' | 'default' | 'repo' | 'file' | 'folder' | 'path'

/** One overlay file (or folder of them) of a library, in the order in which Kometa loads them. */
export interface OverlayEntry {
  form: OverlayForm
  value: string
  /** The shape of a value that is no text. Kometa ends when it reads one (meta.py:99-115, util.py:494). */
  misshapen?: 'a list' | 'a map' | 'a number' | 'true'
  templateVariables: YamlMap | null
}

/** The keys of one entry, in the order in which Kometa reads them (util.py:484-490). */
const keyForms: readonly (readonly [string, OverlayForm])[] = [
  ['url', 'url'],
  ['git', 'git'],
  ['pmm', 'default'],
  ['default', 'default'],
  ['repo', 'repo'],
  ['file', 'file'],
  ['folder', 'folder'],
]

/** `overlay_files` of a library as a list. A single entry needs no list, and a text is a path (util.py:246-273). */
export function overlayList(overlayFiles: YamlValue | undefined): readonly YamlValue[] {
  if (overlayFiles === undefined || overlayFiles === null) return []
  return isList(overlayFiles) ? overlayFiles : [overlayFiles]
}

/** The overlay files that a library names, one entry per file. One map can name several. */
export function overlayEntries(overlayFiles: YamlValue | undefined): OverlayEntry[] {
  return overlayList(overlayFiles).flatMap((item): OverlayEntry[] => {
    if (!isMap(item)) return [{ form: 'path', value: textOf(item).trim(), templateVariables: null }]
    const variables = get(item, 'template_variables')
    const templateVariables = isMap(variables) ? variables : null
    return keyForms.flatMap(([key, form]): OverlayEntry[] => {
      const given = item.get(key)
      const value = textOf(given)
      if (!isTruthy(given)) return []
      const misshapen = shapeOf(given)
      // Kometa takes a number for a folder, which then does not exist.
      const isNumber = misshapen === 'a number' || misshapen === 'true'
      if (misshapen !== null && !(form === 'folder' && isNumber))
        return [{ form, value: '', misshapen, templateVariables }]
      const isOldDefault = form === 'git' && value.startsWith('PMM/')
      return [
        isOldDefault
          ? { form: 'default', value: value.slice(4), templateVariables }
          : { form, value, templateVariables },
      ]
    })
  })
}

/** The template files that an overlay file names (meta.py:606-614). */
export const templateEntries = (document: YamlValue): OverlayEntry[] =>
  overlayEntries(get(document, 'external_templates') ?? null)

function shapeOf(value: YamlValue | undefined): Exclude<OverlayEntry['misshapen'], undefined> | null {
  if (isList(value)) return 'a list'
  if (isMap(value)) return 'a map'
  if (typeof value === 'number' || (typeof value === 'object' && value !== null)) return 'a number'
  return value === true ? 'true' : null
}

/** `remove_overlays: true` in any of its spellings, also the old place inside an entry (config.py:1725-1750). */
export function removesOverlays(library: YamlMap | null): boolean {
  const names = ['remove_overlays', 'remove_overlay', 'revert_overlays']
  const places = [library, ...overlayList(get(library ?? undefined, 'overlay_files'))]
  return places.some((place) => isMap(place) && names.some((name) => place.get(name) === true))
}
