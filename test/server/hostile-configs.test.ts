import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readComments, readPlaces } from '../../src/config/yaml/yaml-places.ts'
import { parseYaml } from '../../src/config/yaml/yaml-read.ts'
import { AppError } from '../../src/contract/errors.ts'
import { maskConfig } from '../../src/server/connect/hidden/mask-config.ts'
import { growth, maxGrowth } from '../support/growth.ts'

/** The work of the studio on a pasted config. */
const acts: Record<string, (text: string) => unknown> = {
  mask: maskConfig,
  parse: (text) => parseYaml(text, 'config'),
  places: readPlaces,
  comments: readComments,
}
const shapes: Record<string, (chars: number) => string> = {
  'a comment of one word': (n) => `a: 1 # ${'x'.repeat(n)}\n`,
  'a broken text with one long word': (n) => `a: [\nb ${'x'.repeat(n)}\n`,
  'a broken text of keys on one line': (n) => `a: [\nb ${'token: x '.repeat(n / 9)}\n`,
  'a long word': (n) => `a: ${'x'.repeat(n)}\n`,
  'question marks of an address': (n) => `a: http://h/${'?'.repeat(n)}\n`,
  addresses: (n) => `a: ${'x://y'.repeat(n / 5)}\n`,
  'quotes that never end': (n) => `a: "${'\\"'.repeat(n / 2)}\n`,
  'a broken text of dashes': (n) => `a: [\n${'- '.repeat(n / 2)}\n`,
  blanks: (n) => `a: [\nb ${' '.repeat(n)}x\n`,
  'a secret for every line': (n) =>
    Array.from({ length: n / 40 }, (_, at) => `s${at}: {apikey: ${at}abcdefabcdef${at}}`).join('\n'),
}

describe.each(Object.keys(shapes))('the work grows in proportion to the text: %s', (shape) => {
  test.each(Object.keys(acts))('%s', (act) => {
    const ratio = growth(acts[act] ?? String, shapes[shape] ?? String)
    expect(ratio).toBeLessThan(maxGrowth)
  })
})

test('the same holds for any short text that is repeated', () => {
  const unit = fc.string({ unit: fc.constantFrom(...'a0-_:=?#&/"\'[]{},|>*&!%@ \t\\.<'), minLength: 1, maxLength: 5 })
  const before = fc.constantFrom('', 'a: ', 'a: [\n', '# ', 'token: ', 'a: "', '- ')
  fc.assert(
    fc.property(before, unit, (start, repeated) => {
      const make = (chars: number) => start + repeated.repeat(chars / repeated.length)
      expect(growth(maskConfig, make)).toBeLessThan(maxGrowth)
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['sequences on one line', (levels: number) => '- '.repeat(levels)],
  ['keys that are sequences', (levels: number) => '? '.repeat(levels)],
  ['brackets', (levels: number) => `a: ${'['.repeat(levels)}`],
  [
    'maps below each other',
    (levels: number) => Array.from({ length: levels }, (_, at) => `${' '.repeat(at)}k:`).join('\n'),
  ],
])('a text that is nested too deeply is refused, before a parser can end the process: %s', (_name, make) => {
  const text = make(2_000)
  expect(() => parseYaml(text, 'config.yml')).toThrow(AppError)
  expect(() => parseYaml(text, 'config.yml')).toThrow(/^config\.yml[^\n]*(?:deep|nested)[^\n]*$/i)
  expect(readPlaces(text).all).toEqual([])
  expect(maskConfig(text).text.split('\n')).toHaveLength(text.split('\n').length)
  // A hundred thousand levels do not end the process either.
  if (!text.includes('k:')) expect(() => parseYaml(make(100_000), 'config.yml')).toThrow(AppError)
})
