import { createPatternTrie } from './pattern-trie.ts'
import { maxCharsPerByte } from './readings.ts'
import { type Range, scanText } from './scan-text.ts'
import { secretForms } from './secret-forms.ts'

/**
 * Finds any number of secrets in every form and spelling. The cost does not grow with the number or the length of the
 * secrets.
 */
export interface SecretMatcher {
  /** The ranges of secrets in order. Ranges that touch or overlap are merged. A line break ends every match. */
  find(text: string): readonly Range[]
  /** The most characters that a single secret can take in a text. */
  readonly maxChars: number
  /** The amount of work done so far. The tests measure the cost with it. */
  steps(): number
}

export interface MatcherOptions {
  /** `A` to `Z` count as `a` to `z`. */
  ignoreCase?: boolean
}

const nothing: SecretMatcher = { find: () => [], maxChars: 0, steps: () => 0 }

/** Every secret must have at least `minPatternBytes` bytes. */
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
