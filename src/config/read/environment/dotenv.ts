/**
 * Parses `.env` as python-dotenv does with `override=False` (kometa.py:82): quotes, escapes, `export`, comments and
 * `${NAME:-default}`. A variable that the environment already has is left out.
 */
export function parseDotenv(text: string, env: NodeJS.ProcessEnv): Map<string, string> {
  const values = new Map<string, string | undefined>()
  const reader = { text, at: 0 }
  while (reader.at < text.length) {
    const binding = readBinding(reader)
    if (!binding) continue
    // The process environment takes precedence over earlier lines of the file.
    const lookUp = (name: string): string | undefined => env[name] ?? values.get(name)
    values.set(binding.key, binding.value === undefined ? undefined : interpolate(binding.value, lookUp))
  }
  const result = new Map<string, string>()
  for (const [key, value] of values) if (value !== undefined && env[key] === undefined) result.set(key, value)
  return result
}

interface Reader {
  text: string
  at: number
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  const sticky = new RegExp(pattern.source, 'uy')
  sticky.lastIndex = reader.at
  const match = sticky.exec(reader.text)
  if (match) reader.at = sticky.lastIndex
  return match ?? undefined
}

function readBinding(reader: Reader): { key: string; value: string | undefined } | undefined {
  take(reader, /\s*/)
  if (reader.at >= reader.text.length) return undefined
  take(reader, /(?:export[^\S\r\n]+)?/)
  const first = reader.text[reader.at]
  const key = first === '#' ? undefined : take(reader, first === "'" ? /'([^']+)'/ : /([^=#\s]+)/)?.[1]
  if (key === undefined && first !== '#') return skipLine(reader)
  take(reader, /[^\S\r\n]*/)
  let value: string | undefined
  if (take(reader, /=[^\S\r\n]*/)) {
    value = readValue(reader)
    if (value === undefined) return skipLine(reader)
  }
  take(reader, /(?:[^\S\r\n]*#[^\r\n]*)?/)
  if (!take(reader, /[^\S\r\n]*(?:\r\n|\n|\r|$)/)) return skipLine(reader)
  return key === undefined ? undefined : { key, value }
}

function readValue(reader: Reader): string | undefined {
  const first = reader.text[reader.at]
  if (first === "'") return take(reader, /'((?:\\'|[^'])*)'/)?.[1]?.replace(/\\([\\'])/g, '$1')
  if (first === '"') return take(reader, /"((?:\\"|[^"])*)"/)?.[1]?.replace(/\\([\\'"abfnrtv])/g, unescapeOne)
  return (take(reader, /([^\r\n]*)/)?.[1] ?? '').replace(/(?<!\s)\s+#.*/, '').trimEnd()
}

const escapes: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const unescapeOne = (_all: string, letter: string): string => escapes[letter] ?? letter

function skipLine(reader: Reader): undefined {
  take(reader, /[^\r\n]*(?:\r|\n|\r\n)?/)
  return undefined
}

function interpolate(value: string, lookUp: (name: string) => string | undefined): string {
  // Each "}" ends at most one reference, so no part of a long value is searched twice.
  const parts = value.split('}')
  return parts.map((part, at) => (at === parts.length - 1 ? part : replaceLast(part, lookUp))).join('')
}

/** Replaces the last reference of a part that ended with "}". */
function replaceLast(part: string, lookUp: (name: string) => string | undefined): string {
  let start = part.indexOf('${')
  while (start >= 0) {
    const [before, colon] = [part.slice(0, start), part.indexOf(':', start)]
    if (colon < 0) return before + (lookUp(part.slice(start + 2)) ?? '')
    if (part[colon + 1] === '-') return before + (lookUp(part.slice(start + 2, colon)) ?? part.slice(colon + 2))
    start = part.indexOf('${', colon)
  }
  return `${part}}`
}
