import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readComments, readPlaces } from '../../src/config/yaml/yaml-places.ts'
import { parseYaml } from '../../src/config/yaml-read.ts'
import { AppError } from '../../src/contract/errors.ts'
import { maskConfig } from '../../src/server/connect/mask-config.ts'

/** What the studio does with a config that somebody pasted. */
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

/** Time of the processor, since others may be at work: the least of three, of which a pause can spoil one. */
function cost(act: (text: string) => unknown, text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const started = process.cpuUsage()
    try {
      act(text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
    return process.cpuUsage(started).user / 1_000
  })
  return Math.min(...times)
}

/** Eight times as much text: eight times the work, or sixty-four times. Below the floor nothing can be told. */
const floorMs = 30
const grows = (act: (text: string) => unknown, make: (chars: number) => string): number =>
  cost(act, make(64_000)) / Math.max(cost(act, make(8_000)), floorMs / 8)

describe.each(Object.keys(shapes))('the work grows as the text does: %s', (shape) => {
  test.each(Object.keys(acts))('%s', (act) => {
    const ratio = grows(acts[act] ?? String, shapes[shape] ?? String)
    expect(ratio).toBeLessThan(30)
  })
})

test('the same for any short text that is repeated', () => {
  const unit = fc.string({ unit: fc.constantFrom(...'a0-_:=?#&/"\'[]{},|>*&!%@ \t\\.<'), minLength: 1, maxLength: 5 })
  const before = fc.constantFrom('', 'a: ', 'a: [\n', '# ', 'token: ', 'a: "', '- ')
  fc.assert(
    fc.property(before, unit, (start, repeated) => {
      const make = (chars: number) => start + repeated.repeat(chars / repeated.length)
      expect(grows(maskConfig, make)).toBeLessThan(30)
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
])('what is nested too deeply is refused in one line, before a parser ends the process: %s', (_name, make) => {
  const text = make(2_000)
  expect(() => parseYaml(text, 'config.yml')).toThrow(AppError)
  expect(() => parseYaml(text, 'config.yml')).toThrow(/^config\.yml[^\n]*(?:deep|nested)[^\n]*$/i)
  expect(readPlaces(text).all).toEqual([])
  expect(maskConfig(text).text.split('\n')).toHaveLength(text.split('\n').length)
  // And a hundred thousand levels end nothing either.
  if (!text.includes('k:')) expect(() => parseYaml(make(100_000), 'config.yml')).toThrow(AppError)
})
