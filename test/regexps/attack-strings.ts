import { type AST, RegExpParser } from '@eslint-community/regexpp'

/** A text that slows an expression down: `start`, then `pump` any number of times, then `end`. */
export interface Attack {
  start: string
  pump: string
  end: string
}

const maxPieces = 24
const maxWays = 8
/** What may make a match fail after the repeated part. */
const ends = ['\u0001', '\na']
/** At most this many adjacent parts are repeated together, or all of them. */
const maxPumpPieces = 4
const otherCharacters = [...'a0 -_/.:,;"\'<>[](){}=#\\%&?!@\t\n']

/**
 * Repetitions of each part of a text that the expression matches, of each single character in it, and of what two parts
 * share.
 */
export function attacksOn(source: string, flags: string): Attack[] {
  const unicode = /[uv]/.test(flags)
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode,
    unicodeSets: flags.includes('v'),
  })
  const attacks = new Map<string, Attack>()
  const excluded = [...source.matchAll(/\[\^((?:\\.|[^\]\\])*)\]/g)].map(([, inside = '']) =>
    inside.replaceAll('\\', ''),
  )
  const allEnds = [...ends, ...new Set(excluded)]
  for (const way of waysOf(pattern.alternatives).slice(0, maxWays)) {
    const pieces = joinLetters(way).slice(0, maxPieces)
    for (const [from] of pieces.entries()) {
      for (let to = from + 1; to <= pieces.length; to += 1) {
        if (to - from > maxPumpPieces && to < pieces.length) continue
        const pump = pieces.slice(from, to).join('')
        for (const start of new Set(['', pieces.slice(0, from).join('')])) {
          for (const end of allEnds) attacks.set([start, pump, end].join('\u0000'), { start, pump, end })
        }
      }
    }
  }
  return [...attacks.values()].filter(({ pump }) => pump !== '')
}

/** A part of a sample, and whether it is a letter that stands for itself. */
interface Piece {
  text: string
  isLetter: boolean
}

function waysOf(alternatives: readonly AST.Alternative[]): Piece[][] {
  return alternatives.flatMap(({ elements }) => {
    let ways: Piece[][] = [[]]
    for (const element of elements) {
      const next = waysOfElement(element)
      ways = ways.flatMap((way) => next.map((more) => [...way, ...more])).slice(0, maxWays)
    }
    return ways
  })
}

function waysOfElement(element: AST.Element): Piece[][] {
  switch (element.type) {
    case 'Character':
      return [[{ text: String.fromCodePoint(element.value), isLetter: true }]]
    case 'CharacterSet':
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return samplesOf(element.raw).map((text) => [{ text, isLetter: false }])
    case 'Group':
    case 'CapturingGroup':
      return waysOf(element.alternatives)
    case 'Quantifier':
      return element.max === 0 ? [[]] : waysOfElement(element.element)
    case 'Assertion':
      return element.kind === 'lookahead' && !element.negate ? [...waysOf(element.alternatives), []] : [[]]
    case 'Backreference':
      return [[]]
  }
}

/** Two characters of a class, chosen to be as different as possible. */
function samplesOf(raw: string): string[] {
  const one = new RegExp(`^${raw}$`, /\\p/.test(raw) ? 'u' : '')
  const own = [...raw].filter((character) => one.test(character))
  const all = [...new Set([...otherCharacters, ...own])].filter((character) => one.test(character))
  return [...new Set([all[0] ?? 'a', all.at(-1) ?? 'a'])]
}

/** Adjacent letters form one part: "truehd" is repeated as a whole. */
function joinLetters(way: readonly Piece[]): string[] {
  const parts: string[] = []
  let joins = false
  for (const { text, isLetter } of way) {
    if (joins && isLetter) parts.push((parts.pop() ?? '') + text)
    else parts.push(text)
    joins = isLetter
  }
  return parts
}
