import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCheck } from './token-check.ts'

const ours = 'abcdefghijklmnopqrst'
const accepts = createTokenCheck(ours)

test.each([
  ['', false],
  [ours, true],
  [`${ours}x`, false],
  [`${ours}\u00e9`, false],
  [`${ours}${'x'.repeat(10_000)}`, false],
  [ours.slice(1), false],
  [ours.slice(0, -1), false],
  [`${ours.slice(0, -1)}\u0000`, false],
  [ours.toUpperCase(), false],
  // The same bytes if characters were cut to eight bits
  [ours.replace('c', '\u0163'), false],
])('%s: %s', (token, accepted) => {
  expect(accepts(token)).toBe(accepted)
  expect(accepts(ours)).toBe(true)
})

test('no other text is accepted', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (token) => accepts(token) === (token === ours)))
})
