/** Secrets shorter than this are no use as a bare search text: they would turn half of a log into `(redacted)`. */
export const minBareSecretChars = 6

/** A regular expression's source, and the length in characters that none of its matches exceeds. */
export interface BoundedPattern {
  source: string
  maxChars: number
}

/** Escapes text so that it stands for itself in a regular expression. */
export const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

const hex = (value: number, digits: number) =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

const htmlNames: Record<string, string> = {
  '&': '&amp;|&#(?:38|[xX]26);',
  '<': '&lt;|&#(?:60|[xX]3[cC]);',
  '>': '&gt;|&#(?:62|[xX]3[eE]);',
  '"': '&quot;|&#(?:34|[xX]22);',
  "'": '&apos;|&#(?:39|[xX]27);',
}
const controlNames: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't' }

/** One character as it stands raw, percent-encoded (once or more), or escaped by JSON, Python's repr, a shell or HTML. */
function characterPattern(character: string): string {
  const bytes = [...Buffer.from(character, 'utf8')]
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  const control = controlNames[character]
  const ways: string[] = []
  // Logs are scrubbed line by line: a raw line break cannot be part of a match.
  if (control === undefined) ways.push(/\w/.test(character) ? character : `\\\\{0,4}${escapeRegex(character)}`)
  else ways.push(`\\\\{1,4}${control}`)
  ways.push(bytes.map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(''))
  ways.push(units.map((unit) => `\\\\{1,4}u${hex(unit, 4)}`).join(''))
  ways.push(bytes.map((byte) => `\\\\{1,4}x${hex(byte, 2)}`).join(''))
  if (character === ' ') ways.push('\\+')
  const html = htmlNames[character]
  if (html !== undefined) ways.push(html)
  return `(?:${ways.join('|')})`
}

/** The longest form of one byte of a secret: `%25252573`, or `\\\\u0073` with four backslashes, and a NUL after it. */
const maxCharsPerByte = 12

/** The secret in base64, also as a part of a longer text: three alignments, less the characters that its neighbours change. */
function base64Pieces(bytes: Buffer): string[] {
  const pieces = [bytes.toString('base64').replace(/=+$/, '')]
  for (const lead of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64')
    pieces.push(whole.slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + bytes.length) * 8) / 6)))
  }
  // Shorter pieces are too common in ordinary text.
  return [...new Set(pieces)].filter((piece) => piece.length >= 7).sort((a, b) => b.length - a.length)
}

/**
 * Everything that a secret can look like in a log: raw, percent-encoded, escaped (JSON, Python, shell, HTML), UTF-16, in any
 * mixture; base64 and base64url, also as a part of a longer text; hex.
 */
export function secretPattern(secret: string): BoundedPattern {
  const bytes = Buffer.from(secret, 'utf8')
  // UTF-16 text that was read as UTF-8 has a NUL between the characters.
  const spelled = [...secret].map(characterPattern).join('\\0?')
  const base64 = base64Pieces(bytes).map(
    (piece) => `${escapeRegex(piece).replaceAll('\\+', '[+-]').replaceAll('\\/', '[/_]')}={0,2}`,
  )
  const hexadecimal = [...bytes].map((byte) => hex(byte, 2)).join('')
  return { source: [spelled, ...base64, hexadecimal].join('|'), maxChars: bytes.length * maxCharsPerByte }
}
