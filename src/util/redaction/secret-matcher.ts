import { createPatternTrie } from './pattern-trie.ts'
import { maxCharsPerByte } from './readings.ts'
import { type Range, scanText } from './scan-text.ts'
import { secretForms } from './secret-forms.ts'

/**
 * Finds any number of secrets, in every form and spelling, at a cost that does not grow with their number or length.
 */
export interface SecretMatcher {
  /** Where secrets stand, in their order; those that touch or overlap are one range. A line break ends every match. */
  find(text: string): readonly Range[]
  /** No single secret takes more characters of a text than this. */
  readonly maxChars: number
  /** How much work was done so far: what the tests measure the cost in. */
  steps(): number
}

export interface MatcherOptions {
  /** `A` to `Z` count as `a` to `z`. */
  ignoreCase?: boolean
}

const nothing: SecretMatcher = { find: () => [], maxChars: 0, steps: () => 0 }

/** Every secret has at least `minPatternBytes` bytes. */
export function createSecretMatcher(secrets: Iterable<string>, options: MatcherOptions = {}): SecretMatcher {
  const fold = options.ignoreCase === true ? lowerCase : asItIs
  const patterns = [...secrets].flatMap(secretForms).map(({ bytes, ...form }) => ({ ...form, bytes: bytes.map(fold) }))
  if (patterns.length === 0) return nothing
  const trie = createPatternTrie(patterns)
  let passedChars = 0
  return {
    find(text) {
      passedChars += text.length
      return scanText(text, trie, fold)
    },
    maxChars: patterns.reduce(
      (most, { bytes, tailChars }) => Math.max(most, bytes.length * maxCharsPerByte + tailChars),
      0,
    ),
    steps: () => passedChars + trie.steps(),
  }
}

const asItIs = (byte: number): number => byte
const lowerCase = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)
