import { type Attack, attacksOn } from './attack-strings.ts'

/** Small ones first: an exponential expression is caught before it takes for ever. */
const smallChars = [16, 20, 24, 28]
const middleChars = [1_000, 8_000]
const largeChars = 16_000
/**
 * How much dearer a character may be than in the plainest search. Linear expressions stay below 100, quadratic ones go
 * beyond 1,000.
 */
const maxDearer = 200
/** From here on in the middle sizes, the large one is tried as well. */
const suspectDearer = 20
/** What every search costs however short the text is, in characters of the plainest search. */
const overheadChars = 50_000
const repeats = 2

/**
 * The first text that an expression takes more than linear time for; null if none does. Nothing but proportions counts.
 */
export function slowAttack(source: string, flags: string): Attack | null {
  const expression = new RegExp(source, flags.replace('y', ''))
  const plainestMsPerChar = plainest()
  const isDearer = (times: number, attack: Attack, size: number): boolean => {
    const text = attack.start + attack.pump.repeat(Math.ceil(size / attack.pump.length)) + attack.end
    const limitMs = (times * text.length + overheadChars) * plainestMsPerChar
    // A single slow try may be another program's fault.
    return leastMs(expression, text, 1) > limitMs && leastMs(expression, text, repeats) > limitMs
  }
  const isSlow = (attack: Attack): boolean =>
    smallChars.some((size) => isDearer(maxDearer, attack, size)) ||
    (middleChars.some((size) => isDearer(suspectDearer, attack, size)) && isDearer(maxDearer, attack, largeChars))
  return attacksOn(source, flags).find(isSlow) ?? null
}

/** The plainest search through a text, on this machine as it is now. */
function plainest(): number {
  const text = 'a'.repeat(100_000)
  return leastMs(/[^b]b/g, text, repeats) / text.length
}

/** Until the end of the text, from match to match where it is meant to be used so. */
function leastMs(expression: RegExp, text: string, times: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < times; turn += 1) {
    const start = performance.now()
    text.replace(expression, '')
    least = Math.min(least, performance.now() - start)
  }
  return least
}
