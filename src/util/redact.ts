import type { Transform } from 'node:stream'
import { namedPass, shortPass } from './redaction/named-values.ts'
import { createReplacer, createReplaceStream, type Pass, replaceFound } from './redaction/replace-stream.ts'
import { createSecretMatcher } from './redaction/secret-matcher.ts'

/** Shorter secrets are not searched for in plain text, since that would replace half of a log with `(redacted)`. */
const minBareSecretChars = 6

export interface Redactor {
  /** The text with every secret replaced by `(redacted)`. */
  text(text: string): string
  /**
   * The same for a stream, even when a secret is split between two writes. Whole lines (ended by \n or \r) pass
   * immediately. Of an unfinished line, at most 64 KiB or twice the longest form of a secret is held back.
   */
  stream(): Transform
}

/**
 * Replaces these secrets in every spelling, and every value that is named like a token or a password. For the places
 * where text leaves: logs, files and replies. The cost per text does not grow with the number of secrets.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const short = shortSecrets(secrets)
  const passes: Pass[] = [createSecretMatcher(bareSecrets(secrets)), namedPass]
  if (short.size > 0) passes.push(shortPass(short, minBareSecretChars))
  return {
    text: (text) => passes.reduce((result, { find }) => replaceFound(result, find(result)), text),
    stream: () => createReplaceStream(passes.map(createReplacer)),
  }
}

/** Secrets that are long enough to be searched for anywhere. Each line of a secret with several lines counts too. */
function bareSecrets(secrets: readonly string[]): Set<string> {
  const all = secrets.flatMap((secret) => [secret.trim(), ...secret.split(/[\r\n]+/).map((line) => line.trim())])
  return new Set(all.filter((secret) => secret.length >= minBareSecretChars))
}

function shortSecrets(secrets: readonly string[]): Set<string> {
  const trimmed = secrets.map((secret) => secret.trim())
  return new Set(trimmed.filter((secret) => secret !== '' && secret.length < minBareSecretChars))
}
