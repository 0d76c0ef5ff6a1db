import { expect, test } from 'vitest'
import { saysNothingFits } from './nothing-fits.ts'

test.each([
  ['Plex Error: No Items found in Plex', true],
  // With the attribute before it: the command line took it for an error once.
  ['Plex Error: title.and: No matches found with regex pattern ^A', true],
  ['Plex Error: label: Overlay: not found', true],
  ['Plex Error:  not found', false],
  ['Plex Error: No Items found in Plex today', false],
  ['Overlay Error: No Items found in Plex', false],
  ['Plex Error: not found in this library', false],
])('"%s": %s', (line, expected) => {
  expect(saysNothingFits(line)).toBe(expected)
})
