import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../../src/util/redact.ts'
import { createSecretMatcher } from '../../../src/util/redaction/secret-matcher.ts'
import { naiveFind } from '../../support/naive-redactor.ts'

/** Characters that encodings treat differently, and those that escapes consist of, so that texts are ambiguous. */
const character = fc.constantFrom(...'aA4125nrtux%\\&+/ "\'<>#;=-_.\n\tüé€😀')
const secret = fc
  .string({ unit: character, minLength: 6, maxLength: 12 })
  .map((text) => text.trim())
  .filter((text) => text.length >= 6)

/** One character in one of the ways in which programs write it. */
function spell(text: string, way: number): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'))
  const bytes = [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0'))
  const control = { '\n': 'n', '\r': 'r', '\t': 't' }[text]
  const html = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', ' ': '+' }[text]
  const backslashes = '\\'.repeat((way >> 4) % 5)
  const ways = [
    control === undefined ? text : `\\${control}`,
    control === undefined ? (/\w/.test(text) ? text : backslashes + text) : `\\\\${control}`,
    bytes.map((byte) => `%${byte}`).join(''),
    bytes.map((byte) => `%${'25'.repeat((way >> 4) % 4)}${byte.toUpperCase()}`).join(''),
    units.map((unit) => `\\u${unit}`).join(''),
    bytes.map((byte) => `${backslashes || '\\'}x${byte}`).join(''),
    html ?? (control === undefined ? text : `\\${control}`),
  ]
  return ways[way % ways.length] ?? text
}

const spelled = fc.tuple(secret, fc.infiniteStream(fc.nat(1000))).map(([text, ways]) => ({
  secret: text,
  mixed: [...text].map((each) => spell(each, ways.next().value ?? 0)).join(''),
}))

/** Whether every range of `inner` lies within a range of `outer`. */
const covers = (outer: readonly { start: number; end: number }[], inner: { start: number; end: number }): boolean =>
  outer.some(({ start, end }) => start <= inner.start && inner.end <= end)

describe('compared with a search by one regular expression for each secret', () => {
  test('everything that the expressions find is found, in any mixture of spellings between any neighbours', () => {
    fc.assert(
      fc.property(
        fc.array(spelled, { minLength: 1, maxLength: 3 }),
        fc.array(fc.string({ unit: character, maxLength: 6 }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom('base64', 'base64url', 'hex'),
        (parts, between, encoding) => {
          const secrets = parts.map((part) => part.secret)
          const encoded = Buffer.from(`me:${secrets[0]}`).toString(encoding)
          const text = [...parts.flatMap(({ mixed }, at) => [between[at] ?? '', mixed]), between[3], encoded].join('')
          const found = createSecretMatcher(secrets).find(text)
          for (const each of secrets) for (const place of naiveFind(each, text)) expect(covers(found, place)).toBe(true)
        },
      ),
      { numRuns: 800 },
    )
  })

  test('an encoded secret is found as a whole', () => {
    fc.assert(
      fc.property(spelled, ({ secret: text, mixed }) => {
        const found = createSecretMatcher([text]).find(`| ${mixed} |`)
        expect(covers(found, { start: 2, end: 2 + mixed.length })).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('nothing else is found: in unambiguous texts, exactly the places with a secret', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 6, maxLength: 9 })
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 8 }),
        fc.array(fc.oneof(letters, fc.string({ unit: fc.constantFrom(...'abc\n'), maxLength: 9 })), { maxLength: 20 }),
        (secrets, pieces) => {
          const text = pieces.join('')
          const covered = new Set<number>()
          for (const { start, end } of secrets.flatMap((each) => naiveFind(each, text))) {
            for (let at = start; at < end; at += 1) covered.add(at)
          }
          const found = new Set<number>()
          for (const { start, end } of createSecretMatcher(secrets).find(text)) {
            for (let at = start; at < end; at += 1) found.add(at)
          }
          expect([...found].sort()).toEqual([...covered].sort())
        },
      ),
      { numRuns: 500 },
    )
  })

  test('letters of either case, if requested', () => {
    fc.assert(
      fc.property(spelled, ({ secret: text, mixed }) => {
        const found = createSecretMatcher([text.toUpperCase()], { ignoreCase: true }).find(mixed)
        const hasOwnCase = text.toUpperCase().toLowerCase() !== text.toLowerCase() || /[üé]/i.test(text)
        expect(hasOwnCase || covers(found, { start: 0, end: mixed.length })).toBe(true)
      }),
    )
  })
})

describe('secrets of any length and number', () => {
  const long = (seed: string, chars: number) => {
    let text = ''
    for (let at = 0; text.length < chars; at += 1) text += Buffer.from(`${seed}${at * 7919}`).toString('base64url')
    return text.slice(0, chars)
  }

  test('1,000 of 6 to 4,096 characters, each in every encoding', () => {
    const secrets = Array.from({ length: 1_000 }, (_, at) => long(`s${at}-`, 6 + ((at * 131) % 4_091)))
    const { text } = createRedactor(secrets)
    for (const [at, each] of secrets.entries()) {
      if (at % 97 !== 0) continue
      for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(text(`a ${Buffer.from(each).toString(encoding)} b`)).toBe('a (redacted) b')
      }
      expect(text(`a ${[...Buffer.from(each)].map((byte) => `%25${byte.toString(16)}`).join('')} b`)).toBe(
        'a (redacted) b',
      )
    }
  })

  test('no error for a secret that is too long for a regular expression: none is made of secrets', () => {
    const secret = '\\u{a}(['.repeat(10_000)
    expect(createRedactor([secret, 'other-secret']).text(`x ${secret} other-secret`)).toBe('x (redacted) (redacted)')
  })

  test('the beginning of a long secret in base64, in a longer text, removes the rest of the run with it', () => {
    const secret = long('k', 300)
    const inside = Buffer.from(`user:${secret}:more`).toString('base64')
    const scrubbed = createRedactor([secret]).text(`Basic: ${inside} after`)
    expect(scrubbed).toMatch(/^Basic: \S{1,8}\(redacted\)\S{0,12} after$/)
  })
})

describe('the cost of a text, in steps', () => {
  const line = (chars: number) => '{"target":"/library/metadata/12345?includeGuids=1&title=A%20B"} '.repeat(chars / 64)
  const stepsFor = (secrets: string[], text: string): number => {
    const matcher = createSecretMatcher(secrets)
    matcher.find(text)
    return matcher.steps()
  }
  const many = (count: number, chars: number) =>
    Array.from({ length: count }, (_, at) =>
      Buffer.from(`${at * 7919}/library/meta`)
        .toString('hex')
        .repeat(chars / 16)
        .slice(0, chars),
    )

  test('does not grow with the number of secrets', () => {
    const few = stepsFor(many(10, 40), line(6_400))
    expect(stepsFor(many(3_000, 40), line(6_400))).toBeLessThan(2 * few)
    // Nor if all of them, and the text too, begin alike.
    const alike = (count: number) => Array.from({ length: count }, (_, at) => `/library/metadata/${at + 1_000_000}`)
    expect(stepsFor(alike(3_000), line(6_400))).toBeLessThan(2 * stepsFor(alike(10), line(6_400)))
  })

  test('does not grow with their length', () => {
    expect(stepsFor(many(10, 4_096), line(6_400))).toBeLessThan(2 * stepsFor(many(10, 64), line(6_400)))
  })

  test.each([
    ['a', 'a'],
    ['a', 'a%61'],
    ['a', '\\u0061'],
    ['=', '='],
    ['%41', '%41'],
    ['%41', 'A%2541'],
    ['\\', '\\'],
    ['&amp;', '&amp;'],
  ])('grows linearly with the text, for a secret of %j in a text of %j', (unit, piece) => {
    const secret = `${unit.repeat(Math.floor(4_000 / unit.length))}!`
    const steps = (chars: number) => stepsFor([secret], piece.repeat(chars / piece.length))
    expect(steps(16_000)).toBeLessThan(3 * steps(8_000))
    expect(steps(16_000)).toBeLessThan(16_000 * 512)
  })
})
