/**
 * The old search for secrets, one regular expression for each. It is slow and evidently right: the reference for
 * tests.
 */

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

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

function characterPattern(character: string): string {
  const bytes = [...Buffer.from(character, 'utf8')]
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  const control = controlNames[character]
  const ways: string[] = []
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

function base64Pieces(bytes: Buffer): string[] {
  const pieces = [bytes.toString('base64').replace(/=+$/, '')]
  for (const lead of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64')
    pieces.push(whole.slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + bytes.length) * 8) / 6)))
  }
  return [...new Set(pieces)].filter((piece) => piece.length >= 7).sort((a, b) => b.length - a.length)
}

/** Each place in the text that reveals the secret, including overlapping places. */
export function naiveFind(secret: string, text: string): { start: number; end: number }[] {
  const bytes = Buffer.from(secret, 'utf8')
  const spelled = [...secret].map(characterPattern).join('\\0?')
  const plain = base64Pieces(bytes).map(escapeRegex)
  const url = plain.map((piece) => piece.replaceAll('\\+', '-').replaceAll('\\/', '_'))
  const encoded = [...plain, ...url].map((piece) => `${piece}={0,2}`)
  const found: { start: number; end: number }[] = []
  for (const source of [spelled, ...encoded, bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) {
    const pattern = new RegExp(source, 'g')
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      found.push({ start: match.index, end: match.index + match[0].length })
      pattern.lastIndex = match.index + 1
    }
  }
  return found
}
