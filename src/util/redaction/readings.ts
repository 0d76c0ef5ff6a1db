/**
 * All possible meanings of one place in a text. `%41` is three characters and also means `A`; both are searched, since
 * nobody knows who wrote the text. Each reading is a few bytes of UTF-8 and the place after it.
 */
export interface Readings {
  count: number
  /** The bytes of each reading, with the first byte in the lowest bits. */
  values: Int32Array
  /** The number of bytes of each reading, 1 to 4. */
  sizes: Uint8Array
  ends: Int32Array
}

/** More readings than any place has: a backslash has at most five readings as itself and five as an escape. */
const maxReadings = 16
/** The most characters that one byte can take: `&#x00000041;` and a NUL after it. */
export const maxCharsPerByte = 13

export const createReadings = (): Readings => ({
  count: 0,
  values: new Int32Array(maxReadings),
  sizes: new Uint8Array(maxReadings),
  ends: new Int32Array(maxReadings),
})

/**
 * Fills `into` with all readings of the text at a place. A line break has none, because logs are redacted line by line.
 */
export function readAt(text: string, at: number, into: Readings): void {
  into.count = 0
  const code = text.codePointAt(at) ?? 0
  if (code === 0x0a || code === 0x0d) return
  if (code === backslash) readBackslashes(text, at, into)
  else addCharacter(into, code, at + (code > 0xffff ? 2 : 1))
  if (code === percent) readPercent(text, at, into)
  // An HTML form encodes a space as a plus.
  else if (code === plus) addByte(into, 0x20, at + 1)
  else if (code === ampersand) readEntity(text, at, into)
}

const [backslash, percent, plus, ampersand] = [0x5c, 0x25, 0x2b, 0x26]
/**
 * The most backslashes before a character: each writer in a chain (JSON within JSON, a shell) may escape the text of
 * the writer before.
 */
const maxBackslashes = 4
const maxEncodedPercents = 3

/** Reads `\"`, `\n`, `\u00fc` and `\xfc`, with up to four backslashes, and the backslash itself, escaped or not. */
function readBackslashes(text: string, at: number, into: Readings): void {
  let run = 1
  while (run <= maxBackslashes && text.charCodeAt(at + run) === backslash) run += 1
  for (let size = 1; size <= run; size += 1) addByte(into, backslash, at + size)
  if (run > maxBackslashes) return
  const next = at + run
  const code = text.codePointAt(next) ?? 0
  if (code === 0 || code === 0x0a || code === 0x0d) return
  const control = controls.get(code)
  if (control !== undefined) addByte(into, control, next + 1)
  else if (code === letterU) readUnit(text, next + 1, into)
  else if (code === letterX) readHexByte(text, next + 1, into)
  else if (!isWord(code)) addCharacter(into, code, next + (code > 0xffff ? 2 : 1))
}

const [letterU, letterX] = [0x75, 0x78]
const controls: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
])

/** Reads the four digits after `\u`, and for a character above U+FFFF also the second half of its surrogate pair. */
function readUnit(text: string, at: number, into: Readings): void {
  const unit = hexValue(text, at, 4)
  if (unit < 0) return
  let next = at + 4
  while (next - at - 4 < maxBackslashes && text.charCodeAt(next) === backslash) next += 1
  const low = next > at + 4 && text.charCodeAt(next) === letterU ? hexValue(text, next + 1, 4) : -1
  const isPair = unit >= 0xd800 && unit <= 0xdbff && low >= 0xdc00 && low <= 0xdfff
  if (isPair) addCharacter(into, 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00), next + 5)
  else addCharacter(into, unit, at + 4)
}

/** Reads the two digits after `\x`, which some writers mean as a byte and others as a character. */
function readHexByte(text: string, at: number, into: Readings): void {
  const value = hexValue(text, at, 2)
  if (value < 0) return
  addByte(into, value, at + 2)
  if (value > 0x7f) addCharacter(into, value, at + 2)
}

function readPercent(text: string, at: number, into: Readings): void {
  for (let depth = 0, start = at + 1; depth <= maxEncodedPercents; depth += 1, start += 2) {
    const value = hexValue(text, start, 2)
    if (value < 0) return
    addByte(into, value, start + 2)
    if (value !== percent) return
  }
}

const entity = /&(?:(amp|lt|gt|quot|apos)|#(?:(\d{1,8})|[xX]([0-9a-fA-F]{1,8})));/y
const entities: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 }

function readEntity(text: string, at: number, into: Readings): void {
  entity.lastIndex = at
  const [whole, name, decimal, hex] = entity.exec(text) ?? []
  if (whole === undefined) return
  const code =
    name === undefined ? Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10) : entities[name]
  if (code !== undefined && code <= 0x10ffff) addCharacter(into, code, at + whole.length)
}

function addByte(into: Readings, value: number, end: number): void {
  add(into, value, 1, end)
}

function addCharacter(into: Readings, character: number, end: number): void {
  // Buffer turns half of a surrogate pair in a secret into U+FFFD, so the text must match that.
  const code = character >= 0xd800 && character <= 0xdfff ? 0xfffd : character
  const later = (shift: number) => 0x80 | ((code >> shift) & 0x3f)
  if (code < 0x80) add(into, code, 1, end)
  else if (code < 0x800) add(into, 0xc0 | (code >> 6) | (later(0) << 8), 2, end)
  else if (code < 0x10000) add(into, 0xe0 | (code >> 12) | (later(6) << 8) | (later(0) << 16), 3, end)
  else add(into, 0xf0 | (code >> 18) | (later(12) << 8) | (later(6) << 16) | (later(0) << 24), 4, end)
}

function add(into: Readings, value: number, size: number, end: number): void {
  const { count } = into
  into.values[count] = value
  into.sizes[count] = size
  into.ends[count] = end
  into.count = count + 1
}

/** The value of this many hex digits, or -1. */
function hexValue(text: string, at: number, digits: number): number {
  let value = 0
  for (let index = at; index < at + digits; index += 1) {
    const digit = hexDigit(text.charCodeAt(index))
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Letters, digits and `_`: no writer puts a backslash before these. */
function isWord(code: number): boolean {
  const letter = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (code < 0x80 && letter >= 0x61 && letter <= 0x7a) || code === 0x5f
}

/** The characters of base64, base64url and hex. */
export function isBase64(code: number): boolean {
  return isWord(code) || code === 0x2b || code === 0x2d || code === 0x2f || code === 0x3d
}
