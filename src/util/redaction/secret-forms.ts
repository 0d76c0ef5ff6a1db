import type { Pattern } from './pattern-trie.ts'

/**
 * Only this many characters of base64 and hex are searched for. The characters of the same kind that follow are
 * redacted too.
 */
const maxEncodedChars = 64
/** Shorter pieces of base64 are too common in ordinary text. */
const minBase64Chars = 7

/**
 * The texts that reveal a secret: the secret itself (in any mixture of escapes, see `readings.ts`), base64 and
 * base64url, also as a part of a longer text, and hex.
 */
export function secretForms(secret: string): Pattern[] {
  const bytes = Buffer.from(secret, 'utf8')
  const base64 = base64Pieces(bytes)
  const hex = bytes.toString('hex')
  const encoded = new Set([...base64, ...base64.map(toBase64Url), hex, hex.toUpperCase()])
  return [{ bytes, tailChars: 0 }, ...[...encoded].map(encodedForm)]
}

function encodedForm(text: string): Pattern {
  return {
    bytes: Buffer.from(text.slice(0, maxEncodedChars), 'latin1'),
    tailChars: Math.max(text.length - maxEncodedChars, 0),
  }
}

const toBase64Url = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_')

/**
 * The base64 text at each of the three possible alignments, without the characters that depend on neighbouring bytes,
 * and the base64 text of the secret alone, with its padding.
 */
function base64Pieces(bytes: Buffer): string[] {
  const padded = bytes.toString('base64')
  const alone = padded.slice(0, Math.ceil((bytes.length * 8) / 6))
  const inside = [0, 1, 2].map((lead) =>
    Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + bytes.length) * 8) / 6)),
  )
  return [padded, alone, ...inside].filter((piece) => piece.length >= minBase64Chars)
}
