import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visibleJson, visibleLine, visibleText } from '../../src/util/visible.ts'

/** Characters that move a cursor, end a line or change the direction, between ordinary text. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b[2J',
      '\u001b]0;t\u0007',
      '\u009b2J',
      '\u0085',
      '\u2028',
      '\u202e',
      '\u2066',
      '\u007f',
      '\0',
    ),
    fc.constantFrom('\n', '\r', '\r\n', '\t', 'a', 'ü', '😀', ' '),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  ),
})
const isControl = (character: string): boolean =>
  /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(character) && character !== '\t' && character !== '\n'

test('a line holds no control character and no line break, a text only its line breaks and tabs', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect([...visibleLine(text)].filter((one) => isControl(one) || /[\t\n]/.test(one))).toEqual([])
      expect([...visibleText(text)].filter(isControl)).toEqual([])
      // Everything else stays in its place.
      const kept = (all: string) => [...all].filter((one) => !isControl(one) && !/[\t\n\ufffd]/.test(one)).join('')
      expect(kept(visibleLine(text))).toBe(kept(text))
    }),
  )
})

test('JSON gives the same result', () => {
  fc.assert(
    fc.property(fc.array(hostile), (texts) => {
      const json = visibleJson(texts, 2)
      expect([...json].filter(isControl)).toEqual([])
      expect(JSON.parse(json)).toEqual(texts)
    }),
  )
})
