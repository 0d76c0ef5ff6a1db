import { trimEndOf } from '../../../util/trim-end.ts'

/**
 * Kometa's `validate_filename` (util.py:381-386): a valid name stays, and pathvalidate 3.3 cleans any other for all
 * platforms at once. Kometa names backup folders and downloaded overlay images with it.
 */
export function kometaFilename(name: string): string {
  return isValid(name) ? name : sanitise(name)
}

const maxSanitisedBytes = 255
/** pathvalidate's default for "universal" names. */
const maxValidBytes = 260
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that pathvalidate refuses.
const invalid = /[\x00-\x1f\x7f/\\:*?"<>|]/g
const reserved = /^(?:con|prn|aux|clock\$|nul|(?:com|lpt)[0-9¹²³]|:)$/i

/** The first rule that a name breaks. */
function brokenRule(name: string): 'null' | 'length' | 'reserved' | 'character' | undefined {
  if (name.trim() === '') return 'null'
  if (Buffer.byteLength(name) > maxValidBytes) return 'length'
  if (reserved.test(rootName(name)) || reserved.test(name)) return 'reserved'
  if (name.search(invalid) >= 0) return 'character'
  if (name === '.' || name === '..') return undefined
  return /[ .]$|^ /.test(name) ? 'character' : undefined
}

const isValid = (name: string): boolean => brokenRule(name) === undefined

function rootName(name: string): string {
  if (name === '.' || name === '..' || /^\.{3,}/.test(name)) return name
  return /^[^.]+/.exec(name)?.[0] ?? ''
}

function sanitise(name: string): string {
  if (name.trim() === '') return ''
  const cleaned = truncate(name.replace(invalid, ''))
  const rule = brokenRule(cleaned)
  if (rule === 'null') return ''
  if (rule === 'reserved') return cleaned.replaceAll(rootName(cleaned), `${rootName(cleaned)}_`)
  if (rule !== 'character') return cleaned
  const trimmed = trimEndOf(cleaned.replace(/^ +/, ''), ' ')
  return trimmed === '.' || trimmed === '..' ? trimmed : trimEndOf(trimmed, ' .')
}

function truncate(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxSanitisedBytes) return text
  // A character that is cut in two is left out, as Python's `errors="ignore"` does.
  return trimEndOf(new TextDecoder('utf-8').decode(bytes.subarray(0, maxSanitisedBytes)), '\ufffd')
}
