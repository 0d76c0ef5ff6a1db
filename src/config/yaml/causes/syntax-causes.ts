import type { Cause, LineParts } from './cause.ts'
import { createIndentation } from './indentation.ts'
import { readValue } from './value-scan.ts'

/** A key at the beginning of a text, including its ":". */
const keyPattern =
  /^(?:"(?:[^"\\]|\\.)*"\s*:|'(?:[^']|'')*'\s*:|(?:[^\s"'[\]{},#&*!|>%@`-]|-(?=\S))(?:[^:]|:(?=\S))*?:)(?=\s|$)/
/** A key after a dash without a blank. */
const gluedDash = /^-([A-Za-z_]\w*)\s*:(?=\s|$)/
/** A no-break space where YAML wants a blank. */
const noBreakSpace = /^ *[\u00a0\u2007\u202f]|^ *(?:[^"'#\s][^"'#]*)?[-:][\u00a0\u2007\u202f]/

/** The search stops at this many causes, since each search may read to the end of the file. */
const enough = 20

/** The words about a dash that is part of a key. `name` is the key without the dash. */
export const gluedDashWords = (name: string): string =>
  `"-${name}" is a key to YAML, since no blank follows its dash; write "- ${name}:"`

/** The words about a dash before anything else. */
export const missingBlank = 'a blank is missing between the dash and what follows it'

/**
 * The causes that the lines of a broken YAML text show by themselves, in order. The parser stops at its first
 * fault, which is often far behind the cause. Only for texts that do not parse. Messages may name the `knownKeys`.
 */
export function syntaxCauses(text: string, knownKeys: ReadonlySet<string>): Cause[] {
  const lines = text.split(/\r\n?|\n/)
  const causes: Cause[] = []
  const indentation = createIndentation()
  const say = (at: number, column: number, words: string) => causes.push({ line: at + 1, column, words })
  for (let at = 0; at < lines.length && causes.length < enough; at += 1) {
    const line = lines[at] ?? ''
    if (/^\s*(?:#|$)|^%|^ *\t/.test(line)) continue
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      indentation.reset()
      continue
    }
    const blank = noBreakSpace.exec(line)
    if (blank) {
      say(at, blank[0].length, 'there is a no-break space here, which looks like a blank; replace it with a blank')
      continue
    }
    const parts = partsOf(line)
    const glued = gluedDash.exec(line.trimStart())
    if (glued) {
      const name = glued[1] ?? ''
      const words = knownKeys.has(name) ? gluedDashWords(name) : 'a blank is missing between the dash and the key'
      say(at, parts.indent + 1, words)
    }
    if (parts.isPlain && /^ *-[A-Za-z_./~]/.test(line)) say(at, parts.indent + 1, missingBlank)
    const value = readValue(lines, at, parts.valueColumn)
    if (!parts.isPlain && !glued) {
      const slipped = indentation.add({ ...parts, line: at + 1, isOpen: value.kind === 'empty' })
      if (slipped !== null) say(at, parts.indent + 1, slipped)
    }
    if (value.fault) causes.push(value.fault)
    at = value.lastLine
    if (value.kind === 'block') at = endOfBlock(lines, at, indentation.innermost())
  }
  return causes
}

function partsOf(line: string): LineParts {
  const indent = line.length - line.trimStart().length
  const dashes: number[] = []
  let column = indent
  for (let dash = /^-(?: +|$)/.exec(line.slice(column)); dash; dash = /^-(?: +|$)/.exec(line.slice(column))) {
    dashes.push(column)
    column += dash[0].length
  }
  const found = keyPattern.exec(line.slice(column))
  const key = found ? column : null
  return {
    indent,
    dashes,
    key,
    isPlain: dashes.length === 0 && key === null,
    valueColumn: column + (found?.[0].length ?? 0),
  }
}

/** The last line of the text below `|` or `>`. */
function endOfBlock(lines: readonly string[], from: number, indent: number): number {
  let last = from
  for (let at = from + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break
    last = at
  }
  return last
}
