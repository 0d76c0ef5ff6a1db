import { isSafePattern } from 'redos-detector'

/** High enough to tell a few ways to match from a number that grows with the text, and still fast. */
const limits = { maxScore: 30, maxSteps: 1_000 }

/** Repetitions without an upper limit, lookarounds, and the start of a line; escapes and classes are skipped. */
const tokens = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\^|\{\d+,\}|[*+]/g

/** Without an unlimited repetition, each start position costs the same however long the text is. */
export function repeatsWithoutEnd(source: string): boolean {
  return [...source.matchAll(tokens)].some(([token]) => /^(?:[*+]|\{\d+,\})$/.test(token))
}

/**
 * Whether redos-detector finds at most a few ways to match, wherever in the text the search begins. It does not examine
 * lookaheads and lookbehinds, and takes "^" for the start of the text even where it means the start of any line, so
 * both are judged again in a form that it understands. It is cautious: many expressions that it flags are linear.
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
