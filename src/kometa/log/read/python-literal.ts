/** A Python value, as Kometa logs it. */
export type PythonValue = string | number | boolean | null | PythonValue[] | { [key: string]: PythonValue }

/** Reads `{'name': "text(it's)", 'weight': 10, 'keys': ['a', 'b']}`; undefined if the text is not a Python value. */
export function readPythonLiteral(text: string): PythonValue | undefined {
  const reader = createReader(text)
  const value = reader.value()
  return reader.atEnd() ? value : undefined
}

/** Reads a Python dict; undefined for everything else. */
export function readPythonDict(text: string): { [key: string]: PythonValue } | undefined {
  const value = readPythonLiteral(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

/** A definition has two or three levels of nesting. */
const maxDepth = 20
const words: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function createReader(text: string) {
  let at = 0
  const blanks = (): void => {
    while (text[at] === ' ') at += 1
  }
  const take = (token: string): boolean => {
    blanks()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }

  function value(depth = 0): PythonValue | undefined {
    blanks()
    if (depth > maxDepth) return undefined
    if (text[at] === "'" || text[at] === '"') return quoted()
    if (take('{')) return dict(depth)
    if (take('[')) return list(depth)
    const word = /[^\s,:{}[\]]+/y
    word.lastIndex = at
    const found = word.exec(text)?.[0]
    if (found === undefined) return undefined
    at += found.length
    const number = /^-?\d+(?:\.\d+)?$/.test(found) ? Number(found) : undefined
    return words[found] ?? number ?? (found in words ? null : found)
  }

  function quoted(): string | undefined {
    const mark = text[at]
    let result = ''
    for (at += 1; at < text.length; at += 1) {
      const letter = text[at] ?? ''
      if (letter === mark) {
        at += 1
        return result
      }
      if (letter !== '\\') result += letter
      else {
        at += 1
        const escaped = text[at] ?? ''
        result += escapes[escaped] ?? escaped
      }
    }
    return undefined
  }

  function list(depth: number): PythonValue[] | undefined {
    const items: PythonValue[] = []
    while (!take(']')) {
      const item = value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
      if (!take(',') && text[at] !== ']') return undefined
    }
    return items
  }

  function dict(depth: number): { [key: string]: PythonValue } | undefined {
    const entries: [string, PythonValue][] = []
    while (!take('}')) {
      const key = value(depth + 1)
      if (key === undefined || !take(':')) return undefined
      const item = value(depth + 1)
      if (item === undefined) return undefined
      entries.push([String(key), item])
      if (!take(',') && text[at] !== '}') return undefined
    }
    return Object.fromEntries(entries)
  }

  return {
    value,
    atEnd: () => {
      blanks()
      return at === text.length
    },
  }
}
