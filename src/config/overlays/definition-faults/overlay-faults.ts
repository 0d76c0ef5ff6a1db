import { isTruthy } from '../../read/normalise.ts'
import { isList, isMap, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import type { CheckContext } from '../check-context.ts'
import { checkFont, checkImage, checkNamedImage } from '../overlay-definitions.ts'
import { chooseFault, colorFault, coordinateFault, integerFault, isSet, scaleFault } from './value-faults.ts'

/** The facts about a file and its library that decide whether an overlay can be drawn. */
export interface OverlaySurroundings {
  context: CheckContext
  /** The names of the queues in the file. */
  queues: ReadonlySet<string>
  /** Whether Kometa may fetch an image into the folder in which it looks for images by name. */
  mayFetchImages: boolean
}

/**
 * Why Kometa certainly refuses the value of `overlay:`, in the order of Kometa's own checks (overlay.py:150-390).
 * null: Kometa accepts it, or only a run can tell.
 */
export async function overlayFault(overlay: YamlValue, surroundings: OverlaySurroundings): Promise<string | null> {
  if (isList(overlay)) return null
  if (!isMap(overlay)) {
    const name = overlay === '' ? '' : textOf(overlay)
    return name === '' ? "Overlay Error: Overlays must have the 'name' attribute" : namedFault(name, surroundings)
  }
  const name = overlay.get('name')
  if (!isSet(name)) return "Overlay Error: Overlays must have the 'name' attribute"
  if (isMap(name) || isList(name)) return null
  return (
    placeFault(overlay, surroundings.queues) ??
    backFault(overlay, textOf(name)) ??
    (await drawingFault(overlay, textOf(name), surroundings))
  )
}

async function namedFault(name: string, { context, mayFetchImages }: OverlaySurroundings): Promise<string | null> {
  if (/^(?:text|blur|backdrop)/.test(name) || name.includes('|')) return nameFault(new Map([['name', name]]), name)
  return mayFetchImages ? null : checkNamedImage(name, context)
}

function placeFault(overlay: YamlMap, queues: ReadonlySet<string>): string | null {
  const queue = isSet(overlay.get('queue')) ? textOf(overlay.get('queue')) : ''
  const group = isSet(overlay.get('group'))
  if (queue !== '' && !queue.includes('<<') && !queues.has(queue))
    return `Overlay Error: Specified queue '${queue}' not found`
  const weight = integerFault(overlay, 'weight', 0)
  if (weight !== null) return weight
  for (const key of ['group', 'queue'])
    if (overlay.has(key) && (!overlay.has('weight') || !isSet(overlay.get(key))))
      return `Overlay Error: Overlay attribute '${key}' requires the 'weight' attribute`
  if (group && isSet(overlay.get('queue')))
    return "Overlay Error: Overlay attributes 'group' and 'queue' cannot be used together"
  const offsets = ['horizontal_offset', 'vertical_offset'].filter((key) => hasValue(overlay, key))
  return (
    coordinateFault(overlay, 'horizontal') ??
    coordinateFault(overlay, 'vertical') ??
    (offsets.length === 1
      ? "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' must be used together"
      : null) ??
    scaleFault(overlay, 'scale_width') ??
    scaleFault(overlay, 'scale_height')
  )
}

const hasValue = (overlay: YamlMap, key: string): boolean => (overlay.get(key) ?? null) !== null
const hasCoordinates = (overlay: YamlMap): boolean =>
  hasValue(overlay, 'horizontal_offset') && hasValue(overlay, 'vertical_offset')
const needsPlace = (overlay: YamlMap): boolean => !hasCoordinates(overlay) && !isSet(overlay.get('queue'))

function backFault(overlay: YamlMap, name: string): string | null {
  const ifSet = (key: string): string | null => (isSet(overlay.get(key)) ? integerFault(overlay, key, 1) : null)
  const fault =
    colorFault(overlay, 'back_color') ??
    ifSet('back_radius') ??
    colorFault(overlay, 'back_line_color') ??
    ifSet('back_line_width') ??
    integerFault(overlay, 'back_width', 0) ??
    integerFault(overlay, 'back_height', 0)
  if (fault !== null || name === 'backdrop') return fault
  const align = overlay.get('back_align')
  if (typeof align === 'string' && /^(?:left|right|top|bottom)$/.test(align) && !overlay.has('back_width'))
    return "Overlay Error: Overlay attribute 'back_align' only works when 'back_width' is used"
  const hasBack = isSet(overlay.get('back_color')) || isSet(overlay.get('back_line_color'))
  return hasBack && needsPlace(overlay)
    ? "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'backdrop'"
    : null
}

async function drawingFault(
  overlay: YamlMap,
  name: string,
  { context, mayFetchImages }: OverlaySurroundings,
): Promise<string | null> {
  // Kometa needs no image for a blur or a backdrop.
  const drawsImage = !/^(?:blur|backdrop)/.test(name)
  const named = !['default', 'pmm', 'file', 'url', 'git', 'repo'].some((key) => isTruthy(overlay.get(key)))
  const fault = nameFault(overlay, name)
  if (fault !== null) return fault
  if (drawsImage && !(named && mayFetchImages)) {
    const image = await checkImage(overlay, context)
    if (image !== null) return image
  }
  if (!name.startsWith('text')) return null
  const addon = named
    ? null
    : (integerFault(overlay, 'addon_offset', 1) ??
      chooseFault(overlay, 'addon_position', ['left', 'right', 'top', 'bottom']))
  return (
    addon ??
    (await checkFont(overlay, context)) ??
    colorFault(overlay, 'font_color') ??
    colorFault(overlay, 'stroke_color')
  )
}

function nameFault(overlay: YamlMap, name: string): string | null {
  if (name.includes('|')) return `Overlay Error: Overlay name '${name}' cannot contain the '|' character`
  if (!name.startsWith('text')) return null
  if (needsPlace(overlay))
    return "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'text'"
  return holdsText(name) ? null : `Overlay Error: Failed to parse overlay text name '${name}'`
}

/** Whether a line of the name has text in parentheses, which Kometa searches for. */
const holdsText = (name: string): boolean =>
  name.split('\n').some((line) => line.includes('(') && line.lastIndexOf(')') > line.indexOf('(') + 1)
