import { isMap, textOf, type YamlKey, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import { type KnownTemplates, templateFault } from './known-templates.ts'
import { type OverlaySurroundings, overlayFault } from './overlay-faults.ts'
import { isSet } from './value-faults.ts'

export interface DefinitionSurroundings extends OverlaySurroundings {
  templates: KnownTemplates
}

/** With one of these Kometa may pass over the definition before it looks at the rest. */
const mayPassOver = ['run_definition', 'allowed_library_types', 'only_run_on_create']

/** What belongs under `overlay:`, and is neither a builder nor ignored where it stands beside it (builder.py:565-580). */
const underOverlay = new Set([
  ...['group', 'queue', 'weight', 'horizontal_offset', 'horizontal_align', 'vertical_offset', 'vertical_align'],
  ...['scale_width', 'scale_height', 'back_color', 'back_radius', 'back_line_color', 'back_line_width'],
  ...['back_padding', 'back_align', 'back_width', 'back_height', 'default', 'pmm', 'git', 'file', 'repo', 'url'],
  ...['addon_offset', 'addon_position', 'font', 'font_size', 'font_style', 'font_color', 'stroke_width'],
  'stroke_color',
])

/** What finds no item by itself. */
const noBuilder = new Set([
  ...['overlay', 'suppress_overlays', 'filters', 'limit', 'show_missing', 'save_report', 'missing_only_released'],
  ...['minimum_items', 'cache_builders', 'tmdb_region', 'default_percent', 'name', 'builder_level', 'variables'],
])

/** Why Kometa certainly leaves out a definition, the first cause that it comes to; null where only a run tells. */
export async function definitionFault(
  name: string,
  data: YamlValue,
  surroundings: DefinitionSurroundings,
): Promise<string | null> {
  const { templates } = surroundings
  if (templates.fault !== null) return templates.fault
  if (data === null) return 'Kometa passes over a definition without a value'
  if (!isMap(data)) return 'Config Warning: an overlay must be a dictionary'
  if (![...data.keys()].every((key) => typeof key === 'string')) return null
  const methods = new Map([...data].map(([key, value]): [string, YamlValue] => [textOf(key).toLowerCase(), value]))
  const template = methods.get('template')
  // What a template adds or puts into the definition shows in a run.
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
  // A key without a value is only warned of (builder.py:1519).
  const misplaced = keys.find(({ key, value }) => value !== null && underOverlay.has(key))
  if (misplaced)
    return `Overlay Error: '${misplaced.key}' attribute not allowed in an Overlay File (it belongs under "overlay")`
  return keys.every(({ key }) => noBuilder.has(key)) ? 'Overlay Error: No builders were found' : null
}
