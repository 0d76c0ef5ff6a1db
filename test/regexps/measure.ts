import { type Attack, attacksOn } from './attack-strings.ts'

/** Small sizes first: an exponential expression is caught before it runs forever. */
const smallChars = [16, 20, 24, 28]
const middleChars = [1_000, 8_000]
const largeChars = 16_000
/**
 * How many times more than in the plainest search a character may cost. Linear expressions stay below 100, quadratic
 * ones exceed 1,000.
 */
const maxDearer = 200
/** If the medium sizes exceed this, the large size is tried as well. */
const suspectDearer = 20
/** The fixed cost of every search, however short the text, in characters of the plainest search. */
const overheadChars = 50_000
const repeats = 2

/** The first text for which an expression needs more than linear time; null if there is none. Only ratios count. */
export function slowAttack(source: string, flags: string): Attack | null {
  const expression = new RegExp(source, flags.replace('y', ''))
  const plainestMsPerChar = plainest()
  const isDearer = (times: number, attack: Attack, size: number): boolean => {
    const text = attack.start + attack.pump.repeat(Math.ceil(size / attack.pump.length)) + attack.end
    const limitMs = (times * text.length + overheadChars) * plainestMsPerChar
    // Another program may have caused a single slow try.
    return leastMs(expression, text, 1) > limitMs && leastMs(expression, text, repeats) > limitMs
  }
  const isSlow = (attack: Attack): boolean =>
    smallChars.some((size) => isDearer(maxDearer, attack, size)) ||
    (middleChars.some((size) => isDearer(suspectDearer, attack, size)) && isDearer(maxDearer, attack, largeChars))
  return attacksOn(source, flags).find(isSlow) ?? null
}

/** The plainest search through a text, measured on this machine now. */
function plainest(): number {
  const text = 'a'.repeat(100_000)
  return leastMs(/[^b]b/g, text, repeats) / text.length
}

/** Searches to the end of the text, from match to match if the expression is used that way. */
function leastMs(expression: RegExp, text: string, times: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < times; turn += 1) {
    const start = performance.now()
    text.replace(expression, '')
    least = Math.min(least, performance.now() - start)
  }
  return least
}
