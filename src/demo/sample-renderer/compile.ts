import { messageOf } from '../../util/unknown-error.ts'
import { type Definition, definitionsOf } from './definitions.ts'
import type { Item } from './item.ts'
import type { KometaLog } from './kometa-log.ts'
import type { Library } from './library.ts'

/** An item and what is to be drawn on it. */
export interface Plan {
  item: Item
  overlays: { name: string; definition: Definition }[]
}

/** Finds the items of each definition, in Kometa's order (overlays.py:578-691). The plans are by ratingKey. */
export async function compile(library: Library, log: KometaLog): Promise<Map<string, Plan>> {
  const plans = new Map<string, Plan>()
  const { title, overlayFiles } = library.settings
  for (const [file, entry] of overlayFiles.entries()) {
    const definitions = definitionsOf(entry, library.type)
    if (typeof definitions === 'string') continue
    for (const definition of definitions) {
      const name = `Overlay File (${file}) ${definition.name}`
      log.separator('builder.py', `${definition.name} Overlay in ${title}`)
      log.debug('meta.py', finalAttributes(definition))
      log.debug('builder.py', 'Validating Method: overlay')
      log.debug('builder.py', `Value: ${overlayValue(definition)}`)
      try {
        const matched = await gather(library, definition, log)
        for (const item of matched) {
          // Kometa logs this line with show_unfiltered (builder.py:3764).
          log.info('builder.py', `${definition.name} Overlay | = | ${item.listTitle}`)
          const plan = plans.get(item.ratingKey) ?? { item, overlays: [] }
          plan.overlays.push({ name, definition })
          plans.set(item.ratingKey, plan)
        }
        if (matched.length > 0) log.info('overlays.py', `${matched.length} Items found for ${name}`)
        else log.warning('overlays.py', `No Items found for ${name}`)
      } catch (error) {
        log.error('overlays.py', messageOf(error))
      }
    }
  }
  log.separator('overlays.py', `Overlay Operation for the ${title} Library`)
  for (const plan of plans.values()) plan.overlays = withoutLesser(plan.overlays)
  return plans
}

/** The line that Kometa logs for a definition made of templates (meta.py:600-602), with group and weight alone. */
function finalAttributes(definition: Definition): string {
  return `{'overlay': ${overlayValue(definition)}}`
}

function overlayValue({ name, group, weight }: Definition): string {
  const rank = group === null ? '' : `, 'group': '${group}', 'weight': ${weight}`
  return `{'name': '${name}'${rank}}`
}

async function gather(library: Library, definition: Definition, log: KometaLog): Promise<Item[]> {
  const { level, search } = definition
  // Kometa looks for a collection of the definition's name even in an overlay run (builder.py:917-920).
  const { plex, section } = library
  const name = encodeURIComponent(definition.name)
  await plex.query(`/library/sections/${section}/all?includeGuids=1&title=${name}&type=18`, { paged: true })
  log.info('overlays.py', `Gathering Items for ${definition.name} Overlay`)
  const elements = search ? await library.search(level, search) : await library.listing(level)
  if (elements.length === 0) throw new Error('Plex Error: No Items found in Plex')
  const matched: Item[] = []
  for (const { attributes } of elements) {
    if (attributes.ratingKey === undefined) continue
    const item = await library.item(attributes.ratingKey, level)
    const media = definition.needsMedia ? await mediaOf(library, item) : []
    if (definition.matches(item, media)) matched.push(item)
  }
  return matched
}

async function mediaOf(library: Library, item: Item) {
  if (item.level === 'movie' || item.level === 'episode') return item.media
  return (await library.leaves(item)).flatMap(({ media }) => media)
}

/** Keeps the definition with the greatest weight of each group (overlays.py:676-690). */
function withoutLesser(overlays: Plan['overlays']): Plan['overlays'] {
  return overlays.filter(
    ({ definition }) =>
      definition.group === null ||
      overlays.every(({ definition: other }) => other.group !== definition.group || other.weight <= definition.weight),
  )
}
