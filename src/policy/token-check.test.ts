import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCheck, createTokenSearch } from './token-check.ts'

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
  // Equal in characters, longer in bytes
  [`${ours.slice(0, -1)}\u00e9`, false],
  [ours.toUpperCase(), false],
  // Equal bytes if characters were cut to eight bits
  [ours.replace('c', '\u0163'), false],
])('%s: %s', (token, accepted) => {
  expect(accepts(token)).toBe(accepted)
  expect(accepts(ours)).toBe(true)
})

test('no other text is accepted', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (token) => accepts(token) === (token === ours)))
})

const holds = createTokenSearch(ours)
const encoded = ours.replace('a', '%61')

test.each([
  [ours, true],
  [`x=a${ours}b`, true],
  [`title=%20${ours}`, true],
  [encoded, true],
  [encoded.replace('%', '%25'), true],
  [encoded.replace('%', '%2525'), true],
  [encoded.replace('%', '%252525'), true],
  [`%zz${ours}`, true],
  [`%25zz${ours}`, true],
  [ours.slice(1), false],
  ['', false],
  ['a=%20', false],
])('%s contains the token: %s', (text, found) => expect(holds(text)).toBe(found))
