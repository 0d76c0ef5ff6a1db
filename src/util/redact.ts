import type { Transform } from 'node:stream'
import { namedPass, shortPass } from './redaction/named-values.ts'
import { createReplacer, createReplaceStream, type Pass, replaceFound } from './redaction/replace-stream.ts'
import { createSecretMatcher } from './redaction/secret-matcher.ts'

/** Secrets shorter than this are no use as a bare search text: they would turn half of a log into `(redacted)`. */
const minBareSecretChars = 6

export interface Redactor {
  /** The text with every secret replaced by `(redacted)`. */
  text(text: string): string
  /**
   * The same for a stream, also where a secret is split over two writes. Whole lines (ended by \n or \r) pass at once;
   * of an unfinished line at most 64 KiB, or twice the longest form of a secret, is held back.
   */
  stream(): Transform
}

/**
 * Scrubs these secrets, in every spelling, and whatever stands where tokens stand. Made for the sinks: logs, files,
 * replies. What a text costs does not grow with the number of secrets.
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

/** Secrets that are long enough to be searched for anywhere; each line of one with line breaks counts too. */
function bareSecrets(secrets: readonly string[]): Set<string> {
  const all = secrets.flatMap((secret) => [secret.trim(), ...secret.split(/[\r\n]+/).map((line) => line.trim())])
  return new Set(all.filter((secret) => secret.length >= minBareSecretChars))
}

function shortSecrets(secrets: readonly string[]): Set<string> {
  const trimmed = secrets.map((secret) => secret.trim())
  return new Set(trimmed.filter((secret) => secret !== '' && secret.length < minBareSecretChars))
}
