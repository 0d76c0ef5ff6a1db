import { findSecrets, isHarmlessValue, isSecretKey } from '../../../config/read/environment/redaction-secrets.ts'
import { readComments, readPlaces } from '../../../config/yaml/yaml-places.ts'
import { parseYaml } from '../../../config/yaml/yaml-read.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import { AppError } from '../../../contract/errors.ts'
import { createRedactor, type Redactor } from '../../../util/redact.ts'

/** A secret that was taken out of a config. It is never written to disk. */
export interface Mask {
  /** The number after the mask. */
  number: number
  value: string
  /** Where the secret was; null in a YAML that cannot be read. */
  path: readonly string[] | null
}

/** A hidden value that was put back into an edited config. */
export interface Restored {
  path: readonly string[]
  value: string
}

export interface MaskedConfig {
  /** It has as many lines as the config. */
  text: string
  masks: readonly Mask[]
  secrets: readonly string[]
}

/**
 * Takes every secret out of a config: under secret-like keys, in URLs, in comments, and wherever a known secret is
 * repeated. `restored` are values that were hidden before the edit; they stay hidden wherever they are now.
 */
export function maskConfig(text: string, restored: readonly Restored[] = []): MaskedConfig {
  try {
    // A placeholder is not a secret itself.
    const found = findSecrets(parseYaml(text, 'config')).filter((secret) => !isPlaceholder(secret))
    return maskDocument(text, [...new Set([...found, ...restored.map(({ value }) => value)])], restored)
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID_YAML') return maskLines(text)
    throw error
  }
}

const isPlaceholder = (text: string): boolean => /^<<[\w-]+>>$/.test(text)

/** Whether a value under these keys is secret, whatever it says. */
function isSecretPath(path: readonly string[]): boolean {
  const last = path.at(-1) ?? ''
  const above = path.slice(0, -1).some(isSecretKey)
  return isSecretKey(last) || (above && /^\d+$/.test(last))
}

/** The address of a webhook is a secret: everybody who knows it can send messages there. */
function isMessagePlace(path: readonly string[], value: string): boolean {
  const section = path.findIndex((key) => key === 'webhooks' || key === 'apprise' || key === 'ntfy')
  return section >= 0 && section < path.length && (value.includes('/') || path.at(-1) === 'topic')
}

function maskDocument(text: string, secrets: readonly string[], restored: readonly Restored[]): MaskedConfig {
  const hidden = new Set(restored.map(({ path }) => JSON.stringify(path)))
  // A secret of several lines is not looked for elsewhere: one of its lines may be any word.
  const redactor = createRedactor(secrets.filter((secret) => !secret.includes('\n')))
  const places = readPlaces(text)
  const masks: Mask[] = []
  let result = ''
  let at = 0
  for (const { path, scalar } of places.all) {
    if (scalar === null || scalar.start < at) continue
    const value = scalar.text
    const isSecret =
      (isSecretPath(path) && !isHarmlessValue(value)) || isMessagePlace(path, value) || hidden.has(JSON.stringify(path))
    if (isPlaceholder(value) || (!isSecret && redactor.text(value) === value)) continue
    const number = masks.length + 1
    masks.push({ number, value, path })
    const lineBreaks = text.slice(scalar.start, scalar.end).match(/\n/g)?.join('') ?? ''
    result += `${text.slice(at, scalar.start)}${secretMask}${number}${lineBreaks}`
    at = scalar.end
  }
  result = maskComments(result + text.slice(at), redactor)
  // A token in a place that was not visited, such as a key, is removed for good rather than shown. Short passwords are
  // left,
  // since they may be words that are also the name of a library.
  const opaque = createRedactor(secrets.filter((secret) => secret.length >= 12 && /^(?=.*\d)\S+$/.test(secret)))
  return { text: opaque.text(result), masks, secrets }
}

/** A token in a comment is as secret as any other. */
function maskComments(text: string, redactor: Redactor): string {
  let result = ''
  let at = 0
  for (const { start, end } of readComments(text)) {
    result += text.slice(at, start) + redactor.text(maskWords(text.slice(start, end)))
    at = end
  }
  return result + text.slice(at)
}

/** Masks `key: value` with a secret-like key, and words that look like tokens: long, with letters and digits. */
function maskWords(line: string): string {
  const found = keysIn(line, /[:=]/g).find(({ key, valueAt }) => {
    const value = line.slice(valueAt)
    return value !== '' && isSecretKey(key) && !isHarmlessValue(value.trim()) && !isPlaceholder(value.trimEnd())
  })
  const masked = found ? line.slice(0, found.valueAt) + secretMask : line
  return masked.replace(/[\w-]{20,}/g, (word) => (/\d/.test(word) && /[A-Za-z]/.test(word) ? secretMask : word))
}

interface KeyPlace {
  key: string
  /** Where the value begins: after the separator and blanks. */
  valueAt: number
}

/**
 * The words before each separator. They are searched backwards from the separator, since a forward search takes
 * quadratic time on a long word without a separator.
 */
function keysIn(line: string, separators: RegExp): KeyPlace[] {
  const places: KeyPlace[] = []
  let from = 0
  for (const { index } of line.matchAll(separators)) {
    let end = index
    while (end > from && isBlank(line[end - 1])) end -= 1
    if (end > from && (line[end - 1] === '"' || line[end - 1] === "'")) end -= 1
    let start = end
    while (start > from && /[\w-]/.test(line[start - 1] ?? '')) start -= 1
    let valueAt = index + 1
    while (isBlank(line[valueAt])) valueAt += 1
    if (start < end) places.push({ key: line.slice(start, end), valueAt })
    from = index + 1
  }
  return places
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t'

/** A YAML that cannot be read is masked line by line. It is better to mask too much than too little. */
function maskLines(text: string): MaskedConfig {
  const masks: Mask[] = []
  const secrets = new Set<string>()
  const bare = createRedactor([])
  /** The indentation of a secret-like key whose value continues in the next lines. */
  let below: number | null = null
  const lines = text.split('\n').map((line) => {
    const indent = /^ */.exec(line)?.[0].length ?? 0
    if (below !== null && (line.trim() === '' || indent > below)) return maskBehindIndent(line)
    below = null
    const colon = line.indexOf(':')
    if (colon < 0 || !isSecretKey(keyOfLine(line.slice(0, colon)))) return bare.text(maskWords(maskInner(line)))
    const lead = line.slice(0, colon + 1)
    const value = scalarOf(line.slice(colon + 1))
    if (value === null) below = indent
    if (value === '' || (value !== null && isHarmlessValue(value))) return line
    const number = masks.length + 1
    if (value !== null) {
      masks.push({ number, value, path: null })
      secrets.add(value)
    }
    return `${lead} ${secretMask}${value === null ? '' : number}`
  })
  return { text: createRedactor([...secrets]).text(lines.join('\n')), masks, secrets: [...secrets] }
}

/**
 * Masks secret-like keys inside a line, as in `{apikey: abc, language: en}`. A value without quotes may reach the
 * line's end.
 */
function maskInner(line: string): string {
  let result = ''
  let at = 0
  for (const { key, valueAt } of keysIn(line, /:(?=[ \t])/g)) {
    if (valueAt < at || !isSecretKey(key)) continue
    const quoted = matchAt(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/y, line, valueAt)
    const word = matchAt(/[^\s,}\]]*/y, line, valueAt) ?? ''
    if (isHarmlessValue(quoted?.slice(1, -1) ?? word) || isPlaceholder(word)) continue
    if (line.startsWith(secretMask, valueAt)) continue
    result += line.slice(at, valueAt) + secretMask
    if (quoted === undefined) return result
    at = valueAt + quoted.length
  }
  return result + line.slice(at)
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** The key in the text before a line's first colon, without `- ` and quotes; '' if the text is not a key. */
function keyOfLine(head: string): string {
  const bare = head
    .trim()
    .replace(/^(?:- +)+/, '')
    .replace(/^["']|["']$/g, '')
  return /^[\w -]+$/.test(bare) ? bare : ''
}

/** The value at the end of a line; null if the value is not on this line alone. */
function scalarOf(rest: string): string | null {
  const text = rest.trim()
  if (text === '' || /^[#|>]/.test(text)) return null
  try {
    const value = parseYaml(text, 'line')
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  } catch (error) {
    if (error instanceof AppError) return text
    throw error
  }
}

/** Masks the whole line after its indentation, even past a line break of another system. A blank line stays. */
const maskBehindIndent = (line: string): string =>
  line.trim() === '' ? line : line.slice(0, line.length - line.trimStart().length) + secretMask
