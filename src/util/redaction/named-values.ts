import type { Found, Pass } from './replace-stream.ts'

/**
 * Values after these names are secrets even if nobody told us. The text in the group stays, and what follows it is
 * replaced.
 */
const contexts: readonly { pattern: RegExp; maxChars: number }[] = [
  // Matches every token: Kometa's, the user's, or one of another server in the same account.
  {
    pattern:
      /(X-Plex-Token\\{0,4}["']?[ \t]{0,4}(?:[:=]|%(?:25){0,3}3D)[ \t]{0,4}\\{0,4}["']?)(?:\(redacted\)|(?:(?!%(?:25){0,3}26)[^\s&"'<>,;\\)}\]|]){1,512})/i,
    maxChars: 40 + 512,
  },
  { pattern: /(Bearer[ \t]{1,4})(?:\(redacted\)|[\w.~+/=-]{8,2048})/i, maxChars: 12 + 2048 },
  {
    pattern: /(Authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?Basic[ \t]{1,4})(?:\(redacted\)|[\w+/=-]{4,2048})/i,
    maxChars: 40 + 2048,
  },
  {
    pattern: /(:\/\/[^\s/:@?#"'<>]{0,128}:)(?:\(redacted\)|[^\s/@?#"'<>]{1,256}(?=@))/i,
    maxChars: 140 + 256,
  },
  {
    pattern: /([?&](?:api_?key|token|access_token|client_secret|password)=)(?:\(redacted\)|[^\s&"'<>]{1,512})/i,
    maxChars: 16 + 512,
  },
]

/** One expression, so that a text is scanned only once. */
const named = new RegExp(contexts.map(({ pattern }) => pattern.source).join('|'), 'gi')

/** Finds the values that are named like tokens and passwords. */
export const namedPass: Pass = {
  maxChars: Math.max(...contexts.map(({ maxChars }) => maxChars)),
  find(text) {
    const found: Found[] = []
    for (const match of text.matchAll(named)) {
      const kept = match.slice(1).find((group) => group !== undefined) ?? ''
      found.push({ start: match.index, end: match.index + match[0].length, keptChars: kept.length })
    }
    return found
  },
}

const secretNames = /(?:token|key|secret|password|passwd|pin|auth)["']?[ \t]{0,4}(?:[:=]|%3D)[ \t]{0,4}["']?/gi
const maxNameChars = 32

/**
 * Finds short secrets, each shorter than `limit`. They count only as the value of something that is named like a
 * secret.
 */
export function shortPass(secrets: ReadonlySet<string>, limit: number): Pass {
  const short = new Set([...secrets].map((secret) => secret.toLowerCase()))
  const shortAt = (text: string, start: number): number => {
    for (let end = start + limit - 1; end > start; end -= 1) {
      if (short.has(text.slice(start, end).toLowerCase()) && !/[\w-]/.test(text.charAt(end))) return end
    }
    return start
  }
  return {
    maxChars: maxNameChars + limit,
    find(text) {
      const found: Found[] = []
      for (const { 0: name, index } of text.matchAll(secretNames)) {
        const start = index + name.length
        const end = shortAt(text, start)
        if (end > start) found.push({ start: index, end, keptChars: name.length })
      }
      return found
    },
  }
}
