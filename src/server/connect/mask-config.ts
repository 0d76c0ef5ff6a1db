import { findSecrets, isHarmlessValue, isSecretKey } from '../../config/redaction-secrets.ts'
import { readComments, readPlaces } from '../../config/yaml/yaml-places.ts'
import { parseYaml } from '../../config/yaml-read.ts'
import { secretMask } from '../../contract/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import { createRedactor, type Redactor } from '../../util/redact.ts'

/** A secret that was taken out of a config. In memory only. */
export interface Mask {
  /** The number behind the mask. */
  number: number
  value: string
  /** Where it stood; null in a broken YAML. */
  path: readonly string[] | null
}

/** A hidden value that was put back into an edited config. */
export interface Restored {
  path: readonly string[]
  value: string
}

export interface MaskedConfig {
  /** As many lines as the config itself. */
  text: string
  masks: readonly Mask[]
  secrets: readonly string[]
}

/**
 * Takes every secret out of a config: under secret-like keys, in URLs, wherever a known one stands again, and in comments.
 * `restored`: values that were hidden before, and stay so wherever they stand now.
 */
export function maskConfig(text: string, restored: readonly Restored[] = []): MaskedConfig {
  try {
    // A name that stands for a secret is none.
    const found = findSecrets(parseYaml(text, 'config')).filter((secret) => !isPlaceholder(secret))
    return maskDocument(text, [...new Set([...found, ...restored.map(({ value }) => value)])], restored)
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID_YAML') return maskLines(text)
    throw error
  }
}

const isPlaceholder = (text: string): boolean => /^<<[\w-]+>>$/.test(text)

/** Whether a value under these keys counts as secret by its place. */
function isSecretPath(path: readonly string[]): boolean {
  const last = path.at(-1) ?? ''
  const above = path.slice(0, -1).some(isSecretKey)
  return isSecretKey(last) || (above && /^\d+$/.test(last))
}

/** Where messages go to is a secret in itself: whoever knows a webhook's address can write there. */
function isMessagePlace(path: readonly string[], value: string): boolean {
  const section = path.findIndex((key) => key === 'webhooks' || key === 'apprise' || key === 'ntfy')
  return section >= 0 && section < path.length && (value.includes('/') || path.at(-1) === 'topic')
}

function maskDocument(text: string, secrets: readonly string[], restored: readonly Restored[]): MaskedConfig {
  const hidden = new Set(restored.map(({ path }) => JSON.stringify(path)))
  // The lines of a secret that goes over several are looked for nowhere else: one of them may be any word.
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
  // A token in a key, or in what no walk has seen, is gone for good rather than shown; a password that is a common word
  // must not take the name of a library with it.
  const opaque = createRedactor(secrets.filter((secret) => secret.length >= 12 && /^(?=.*\d)\S+$/.test(secret)))
  return { text: opaque.text(result), masks, secrets }
}

/** A token that was commented out is a token all the same. */
function maskComments(text: string, redactor: Redactor): string {
  let result = ''
  let at = 0
  for (const { start, end } of readComments(text)) {
    result += text.slice(at, start) + redactor.text(maskWords(text.slice(start, end)))
    at = end
  }
  return result + text.slice(at)
}

/** `key: value` with a secret-like key, and what looks like a token: long, letters and digits mixed. */
function maskWords(line: string): string {
  return line
    .replace(/([\w-]+)(["']?[ \t]*[:=][ \t]*)(\S.*)$/, (whole, key: string, between: string, value: string) =>
      isSecretKey(key) && !isHarmlessValue(value.trim()) && !/^<<[\w-]+>>\s*$/.test(value)
        ? `${key}${between}${secretMask}`
        : whole,
    )
    .replace(/[\w-]{20,}/g, (word) => (/\d/.test(word) && /[A-Za-z]/.test(word) ? secretMask : word))
}

/** A broken YAML is masked line by line, rather too much than too little. */
function maskLines(text: string): MaskedConfig {
  const masks: Mask[] = []
  const secrets = new Set<string>()
  const bare = createRedactor([])
  /** Indentation of a secret-like key whose value goes on in the lines below. */
  let below: number | null = null
  const lines = text.split('\n').map((line) => {
    const indent = /^ */.exec(line)?.[0].length ?? 0
    if (below !== null && (line.trim() === '' || indent > below)) return line.replace(/\S.*$/, secretMask)
    below = null
    const [, lead, key, rest] = keyLine.exec(line) ?? []
    if (lead === undefined || key === undefined || rest === undefined || !isSecretKey(key)) {
      return bare.text(maskWords(maskInner(line)))
    }
    const value = scalarOf(rest)
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

/** Secret-like keys inside a line, as `{apikey: abc, language: en}` has them; what is not in quotes may go on to the line's end. */
function maskInner(line: string): string {
  for (const { 0: lead, 1: key = '', index } of line.matchAll(/([\w-]+)["']?[ \t]*:[ \t]+/g)) {
    if (!isSecretKey(key)) continue
    const rest = line.slice(index + lead.length)
    const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/.exec(rest)?.[0]
    const word = /^[^\s,}\]]*/.exec(rest)?.[0] ?? ''
    if (isHarmlessValue(quoted?.slice(1, -1) ?? word) || isPlaceholder(word) || rest.startsWith(secretMask)) continue
    const after = quoted === undefined ? '' : maskInner(rest.slice(quoted.length))
    return `${line.slice(0, index)}${lead}${secretMask}${after}`
  }
  return line
}

const keyLine = /^(\s*(?:- +)*["']?([\w -]+?)["']?\s*:)(.*)$/

/** The value at the end of a line; null when it is none that stands on one line. */
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
