import { isSafePattern } from 'redos-detector'

/** Enough to tell a few ways of matching from ways whose number grows with the text, and quick. */
const limits = { maxScore: 30, maxSteps: 1_000 }

/**
 * What can be repeated without an end, what looks ahead or behind, and the start of a line; escapes and classes are
 * passed over.
 */
const tokens = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\^|\{\d+,\}|[*+]/g

/** Without a repetition of any length, each start costs the same however long the text is. */
export function repeatsWithoutEnd(source: string): boolean {
  return [...source.matchAll(tokens)].some(([token]) => /^(?:[*+]|\{\d+,\})$/.test(token))
}

/**
 * Whether redos-detector finds one way to match at most, or a few, wherever in the text the search begins. It does not
 * look into lookaheads and lookbehinds, and takes "^" for the start of the text where it is the start of any line: both
 * are judged once more in the form that it understands. It errs on the side of caution: much of what it flags is
 * linear.
 */
export function isCertainlyLinear(source: string, flags: string): boolean {
  if (!repeatsWithoutEnd(source)) return true
  const options = {
    ...limits,
    caseInsensitive: flags.includes('i'),
    unicode: /[uv]/.test(flags),
    dotAll: flags.includes('s'),
    multiLine: flags.includes('m'),
  }
  return [...variants(source, flags)].every((variant) => isSafePattern(variant, options).safe)
}

function variants(source: string, flags: string): Set<string> {
  const consuming = source.replaceAll(tokens, (token) => (/^\(\?<?[=!]$/.test(token) ? '(?:' : token))
  const forms = [source, consuming]
  if (!flags.includes('m')) return new Set(forms)
  return new Set([
    ...forms,
    ...forms.map((form) => form.replaceAll(tokens, (token) => (token === '^' ? '\\n' : token))),
  ])
}
