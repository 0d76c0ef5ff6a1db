import type { Transform } from 'node:stream'
import { createReplacer, createReplaceStream } from './replace-stream.ts'
import { type BoundedPattern, escapeRegex, minBareSecretChars, secretPattern } from './secret-pattern.ts'

const redacted = '(redacted)'

export interface Redactor {
  /** The text with every secret replaced by `(redacted)`. */
  text(text: string): string
  /**
   * The same for a stream, also where a secret is split over two writes. Whole lines (ended by \n or \r) pass at once;
   * of an unfinished line at most 64 KiB, or twice the longest form of a secret, is held back.
   */
  stream(): Transform
}

/** Values of these are secrets even if nobody told us: the part in parentheses stays, what follows goes. */
const contexts: readonly { kept: string; value: string; maxChars: number }[] = [
  // Whatever the token is: Kometa's, the user's, or one of another server in the same account.
  {
    kept: `X-Plex-Token\\\\{0,4}["']?[ \\t]{0,4}(?:[:=]|%(?:25){0,3}3D)[ \\t]{0,4}\\\\{0,4}["']?`,
    value: `(?:(?!%(?:25){0,3}26)[^\\s&"'<>,;\\\\)}\\]|]){1,512}`,
    maxChars: 40 + 512,
  },
  { kept: `Bearer[ \\t]{1,4}`, value: `[\\w.~+/=-]{8,2048}`, maxChars: 12 + 2048 },
  {
    kept: `Authorization["']?[ \\t]{0,4}[:=][ \\t]{0,4}["']?Basic[ \\t]{1,4}`,
    value: `[\\w+/=-]{4,2048}`,
    maxChars: 40 + 2048,
  },
  {
    kept: `://[^\\s/:@?#"'<>]{0,128}:`,
    value: `[^\\s/@?#"'<>]{1,256}(?=@)`,
    maxChars: 140 + 256,
  },
  {
    kept: `[?&](?:api_?key|token|access_token|client_secret|password)=`,
    value: `[^\\s&"'<>]{1,512}`,
    maxChars: 16 + 512,
  },
]

/** Scrubs these secrets, in every spelling that `secretPattern` knows, and whatever stands where tokens stand. Made for the sinks: logs, files, replies. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = compile(bareSecrets(secrets).map(secretPattern), 'g', () => redacted)
  const named: BoundedPattern[] = contexts.map(({ kept, value, maxChars }) => ({
    source: `(${kept})(?:\\(redacted\\)|${value})`,
    maxChars,
  }))
  const passes = [known, compile([...named, ...shortSecrets(secrets)], 'gi', keepName)].filter(
    (pass) => pass !== undefined,
  )
  return {
    text: (text) => passes.reduce((result, pass) => pass.replace(result), text),
    stream: () => createReplaceStream(passes.map((pass) => createReplacer(pass.pattern, pass.maxChars, pass.replace))),
  }
}

interface Pass {
  pattern: RegExp
  maxChars: number
  replace(text: string): string
}

function compile(
  patterns: readonly BoundedPattern[],
  flags: string,
  replacement: (match: string, ...groups: unknown[]) => string,
): Pass | undefined {
  if (patterns.length === 0) return undefined
  const pattern = new RegExp(patterns.map(({ source }) => source).join('|'), flags)
  const maxChars = Math.max(...patterns.map((each) => each.maxChars))
  return { pattern, maxChars, replace: (text) => text.replace(pattern, replacement) }
}

/** Secrets that are long enough to be searched for anywhere, the longest first; each line of one with line breaks counts too. */
function bareSecrets(secrets: readonly string[]): string[] {
  const all = secrets.flatMap((secret) => [secret.trim(), ...secret.split(/[\r\n]+/).map((line) => line.trim())])
  return [...new Set(all)].filter((secret) => secret.length >= minBareSecretChars).sort((a, b) => b.length - a.length)
}

/** A short secret counts only as the value of something that is named like a secret. */
function shortSecrets(secrets: readonly string[]): BoundedPattern[] {
  const short = [...new Set(secrets.map((secret) => secret.trim()))].filter(
    (secret) => secret !== '' && secret.length < minBareSecretChars,
  )
  if (short.length === 0) return []
  const names = '(?:token|key|secret|password|passwd|pin|auth)["\']?[ \\t]{0,4}(?:[:=]|%3D)[ \\t]{0,4}["\']?'
  const values = short.map(escapeRegex).join('|')
  return [{ source: `(${names})(?:${values})(?![\\w-])`, maxChars: 32 + minBareSecretChars }]
}

function keepName(match: string, ...rest: unknown[]): string {
  const kept = rest.find((group) => typeof group === 'string')
  return typeof kept === 'string' && match.startsWith(kept) ? `${kept}${redacted}` : redacted
}
