import { isMap, textOf, type YamlKey, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import { type KnownTemplates, templateFault } from './known-templates.ts'
import { type OverlaySurroundings, overlayFault } from './overlay-faults.ts'
import { isSet } from './value-faults.ts'

export interface DefinitionSurroundings extends OverlaySurroundings {
  templates: KnownTemplates
}

/** Because of one of these keys, Kometa may skip the definition before it looks at the rest. */
const mayPassOver = ['run_definition', 'allowed_library_types', 'only_run_on_create']

/** Keys that belong under `overlay:`. Beside it they are neither builders nor ignored (builder.py:565-580). */
const underOverlay = new Set([
  ...['group', 'queue', 'weight', 'horizontal_offset', 'horizontal_align', 'vertical_offset', 'vertical_align'],
  ...['scale_width', 'scale_height', 'back_color', 'back_radius', 'back_line_color', 'back_line_width'],
  ...['back_padding', 'back_align', 'back_width', 'back_height', 'default', 'pmm', 'git', 'file', 'repo', 'url'],
  ...['addon_offset', 'addon_position', 'font', 'font_size', 'font_style', 'font_color', 'stroke_width'],
  'stroke_color',
])

/** Keys that find no item by themselves. */
const noBuilder = new Set([
  ...['overlay', 'suppress_overlays', 'filters', 'limit', 'show_missing', 'save_report', 'missing_only_released'],
  ...['minimum_items', 'cache_builders', 'tmdb_region', 'default_percent', 'name', 'builder_level', 'variables'],
])

/** The first reason for which Kometa certainly leaves out a definition. null: only a run can tell. */
export async function definitionFault(
  name: string,
  data: YamlValue,
  surroundings: DefinitionSurroundings,
): Promise<string | null> {
  const { templates } = surroundings
  if (templates.fault !== null) return templates.fault
  if (data === null) return 'Kometa skips a definition without a value'
  if (!isMap(data)) return 'Config Warning: an overlay must be a dictionary'
  if (![...data.keys()].every((key) => typeof key === 'string')) return null
  const methods = new Map([...data].map(([key, value]): [string, YamlValue] => [textOf(key).toLowerCase(), value]))
  const template = methods.get('template')
  // Only a run shows what a template adds to the definition.
  if (template !== undefined) return templateFault(template, methods.get('variables'), templates)
  if (mayPassOver.some((key) => methods.has(key))) return null
  if (methods.has('limit') && !isSet(methods.get('limit'))) return "Overlay Error: 'limit' attribute is blank"
  return (
    (await overlayFault(methods.has('overlay') ? (methods.get('overlay') ?? null) : name, surroundings)) ??
    keysFault(data)
  )
}

function keysFault(data: YamlMap): string | null {
  const keys = [...data].map(([key, value]: [YamlKey, YamlValue]) => ({ key: textOf(key).toLowerCase(), value }))
  // Kometa only warns about a key without a value (builder.py:1519).
  const misplaced = keys.find(({ key, value }) => value !== null && underOverlay.has(key))
  if (misplaced)
    return `Overlay Error: '${misplaced.key}' attribute not allowed in an Overlay File (it belongs under "overlay")`
  return keys.every(({ key }) => noBuilder.has(key)) ? 'Overlay Error: No builders were found' : null
}
