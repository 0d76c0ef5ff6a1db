import { get, isList, isMap, numberOf, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'

/** A queue with `dynamic_position` has its first place and twenty more (meta.py:2433-2448). */
const dynamicPlaces = 21

/**
 * Counts the places of a queue as Kometa makes them (meta.py:2343-2485). `variables` are the template variables of
 * the entry, laid over those of its library. null: only Kometa knows what the number depends on.
 */
export function countQueuePlaces(document: YamlValue, queueName: string, variables: YamlMap): number | null {
  const queue = get(document, 'queues', queueName)
  const settings = get(queue, 'settings')
  const limit = wholeNumber(variables.get('overlay_limit')) ?? wholeNumber(get(settings, 'overlay_limit')) ?? 0
  const places = placesOf(queue, positionOf(queueName, settings, variables))
  return places !== null && limit > 0 ? Math.min(places, limit) : places
}

function positionOf(queueName: string, settings: YamlValue | undefined, variables: YamlMap): YamlValue {
  const position = [variables.get(`position_${queueName}`), variables.get('position'), get(settings, 'position')].find(
    (value) => value !== undefined && value !== null && value !== '',
  )
  if (typeof position !== 'string') return position ?? null
  return position.replace(/<<([^<>]+)>>/g, (mark, name: string) =>
    variables.has(name) ? textOf(variables.get(name)) : mark,
  )
}

function placesOf(queue: YamlValue | undefined, position: YamlValue): number | null {
  if (isList(position)) return position.length
  if (isList(queue)) return queue.length
  if (!isMap(queue)) return null
  if (position === null && isMap(get(queue, 'settings', 'dynamic_position'))) return dynamicPlaces
  const named = position === null ? firstPosition(queue) : queue.get(textOf(position))
  return isList(named) ? named.length : null
}

const firstPosition = (queue: YamlMap): YamlValue | undefined =>
  [...queue].find(([key]) => textOf(key) !== 'settings')?.[1]

function wholeNumber(value: YamlValue | undefined): number | undefined {
  const number = typeof value === 'string' ? Number(value) : numberOf(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined
}
