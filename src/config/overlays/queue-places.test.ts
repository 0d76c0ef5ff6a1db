import { expect, test } from 'vitest'
import { parseYaml } from '../yaml/yaml-read.ts'
import { isMap } from '../yaml/yaml-value.ts'
import { countQueuePlaces } from './queue-places.ts'

const place = '{horizontal_align: right, vertical_align: bottom, horizontal_offset: 20, vertical_offset: 20}'
const document = parseYaml(
  `queues:
  listed: [${place}, ${place}, ${place}]
  named:
    settings: {position: low}
    high: [${place}]
    low: [${place}, ${place}]
  first:
    two: [${place}, ${place}]
    one: [${place}]
  dynamic:
    settings: {overlay_limit: 5, dynamic_position: {initial_vertical_align: top}}
  free:
    settings: {dynamic_position: {initial_vertical_align: top}}
`,
  'o.yml',
)

function count(queue: string, variables = '{}'): number | null {
  const read = parseYaml(variables, 'variables')
  return countQueuePlaces(document, queue, isMap(read) ? read : new Map())
}

test('a list, named positions, dynamic ones, a limit', () => {
  expect(count('listed')).toBe(3)
  expect(count('listed', '{overlay_limit: 2}')).toBe(2)
  expect(count('listed', '{overlay_limit: "0"}')).toBe(3)
  expect(count('listed', `{position_listed: [${place}]}`)).toBe(1)
  expect(count('named')).toBe(2)
  expect(count('named', '{position: high}')).toBe(1)
  expect(count('named', '{position_named: "<<corner>>", corner: high}')).toBe(1)
  expect(count('first')).toBe(2)
  expect(count('dynamic')).toBe(5)
  expect(count('free')).toBe(21)
})

test('a number that only Kometa knows, and a missing queue', () => {
  expect(count('named', '{position: "<<somewhere>>"}')).toBeNull()
  expect(count('nowhere')).toBeNull()
})
