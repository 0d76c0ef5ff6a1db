import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findRegExps, regExpsOf } from './find-regexps.ts'
import { isCertainlyLinear, repeatsWithoutEnd } from './judge-statically.ts'
import { slowAttack } from './measure.ts'
import { reviewedCalls, reviews } from './reviewed.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const found = findRegExps(root, ['src', 'web'])
const literals = new Map(found.filter(({ call }) => call === null).map((one) => [written(one), one]))
const calls = new Map(found.flatMap((one) => (one.call === null ? [] : [[one.call, one] as const])))

const reviewed = new Map(
  reviews.flatMap(({ kind, expressions }) => expressions.map((one) => [written(one), kind] as const)),
)

function written({ source, flags }: { source: string; flags: string }): string {
  return `/${source}/${[...flags].sort().join('')}`
}

describe('regular expressions of the sources', () => {
  test('redos-detector calls each of them linear, or its reason is written down', () => {
    const unsure = [...literals.values()].filter(({ source, flags }) => !isCertainlyLinear(source, flags))
    const named = unsure.map((one) => ({ at: one.at, text: written(one) }))
    expect(named.filter(({ text }) => !reviewed.has(text))).toEqual([])
    const texts = new Set(named.map(({ text }) => text))
    expect([...reviewed.keys()].filter((text) => !texts.has(text))).toEqual([])
  })

  test('none takes more than linear time for a text made to slow it down, unless its text is bounded', () => {
    const measured = [...literals.entries()].filter(([text]) => reviewed.get(text) !== 'bounded')
    const slow = measured.flatMap(([text, { at, source, flags }]) => {
      const attack = repeatsWithoutEnd(source) ? slowAttack(source, flags) : null
      return attack === null ? [] : [{ at, text, attack }]
    })
    expect(slow).toEqual([])
    expect(measured.length).toBeGreaterThan(500)
  })

  test('each one that is made from a text when the program runs is listed, with the values put into it', () => {
    expect([...calls.keys()].filter((call) => !(call in reviewedCalls))).toEqual([])
    expect(Object.keys(reviewedCalls).filter((call) => !calls.has(call))).toEqual([])
    const slow = [...calls.values()].filter(
      ({ source }) => repeatsWithoutEnd(source) && slowAttack(source, '') !== null,
    )
    expect(slow.map(({ at, call }) => `${at} ${call}`)).toEqual([])
  })
})

describe('the judges', () => {
  // Each of these was once in the sources, except for the exponential ones.
  test.each([
    /\s+$/,
    /^(a+)+$/,
    /^(a|a)*$/,
    /\$\{([^}:]*)(?::-([^}]*))?\}/,
    /\s#.*$/,
    /[^A-Za-z]+$/,
    /true[ ._-]?hd.*atmos/,
    /[^\\/]+[\\/][^\\/]+:\d+:\d+$/,
    /<<([a-z_]+?)(?:[A-Z%#/0]*|\[[^>]*)>>/g,
    /^Overlays Attempted on (.*?): (Overlay File \(\d+\) .*)?$/,
    /^(.+?) \(.+\)$/,
    /^Overlay (?:Error|Warning): No '(.*?)' found(?: for .*)?$/,
    /(: )([^:[\]]+,[^:[\]]+)$/,
    /[?&]sort=[^&]*random/,
    /^(\s*)(- )?([\w.-]+|"[^"]*"|'[^']*'|[^#:\s][^:#]*?)\s*:(?:\s|$)/,
    /x(?=.*y)/,
    /^\s*foo/m,
  ])('%s is found by both', ({ source, flags }) => {
    expect(isCertainlyLinear(source, flags)).toBe(false)
    expect(slowAttack(source, flags)).not.toBeNull()
  })

  test.each([/^\w+: .*$/, /[a-z]{1,4}-\d+/, /\d+/, /^ {2}key: "[^"]*"$/])(
    '%s is linear according to both',
    ({ source, flags }) => {
      expect(isCertainlyLinear(source, flags)).toBe(true)
      expect(slowAttack(source, flags)).toBeNull()
    },
  )

  test('an expression is found in every notation', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a program
    const text = 'const a = <p>{/b+/g.source}</p>\nnew RegExp(`^${a}+$`)\nRegExp(a)\nx.match("c+")\nx.search(y)\n"/d/"'
    expect(regExpsOf('planted.tsx', text).map(({ at, source }) => `${at} ${source}`)).toEqual([
      'planted.tsx:1 b+',
      'planted.tsx:2 ^x+$',
      'planted.tsx:3 ',
      'planted.tsx:4 c+',
    ])
  })
})
