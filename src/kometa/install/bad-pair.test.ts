import { expect, test } from 'vitest'
import { losesArguments, pythonRange } from './bad-pair.ts'

test.each([
  ['3.13.9', '2.4.4', false],
  ['3.14.0', '2.4.4', true],
  ['3.14.0', '2.4.4-build33', true],
  ['3.14.2', '2.4.10.3', true],
  ['3.15.0', '2.3.1', true],
  ['4.0.0', '2.4.4', true],
  ['3.14.0', '2.5.0', false],
  ['3.14.0', '2.10.0', false],
  ['3.14.0', '3.0.0', false],
  ['3.9.2', '2.4.4', false],
])('Python %s with Kometa %s loses its arguments: %s', (python, kometa, loses) => {
  expect(losesArguments(python, kometa)).toBe(loses)
})

test('the range that a new environment is asked for', () => {
  expect([pythonRange('2.4.4'), pythonRange('2.5.0')]).toEqual(['>=3.10,<3.14', '>=3.10'])
})
