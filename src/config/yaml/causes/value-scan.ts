import type { Cause } from './cause.ts'

/** The kind of a value and where it ends. */
interface ScannedValue {
  /** `empty`: the value of the key is nested below it. */
  kind: 'empty' | 'block' | 'other'
  /** The index of the last line of the value. */
  lastLine: number
  fault?: Cause
}

interface Spot {
  line: number
  column: number
}

/** Reads the value at this column of a line. Quotes and brackets may continue over several lines. */
export function readValue(lines: readonly string[], line: number, column: number): ScannedValue {
  const text = lines[line] ?? ''
  const properties = /^(?:\s*[&!]\S*)*\s*/.exec(text.slice(column))?.[0].length ?? 0
  const start: Spot = { line, column: column + properties }
  const rest = text.slice(start.column)
  if (rest === '' || rest.startsWith('#')) return { kind: 'empty', lastLine: line }
  if (/^[|>]/.test(rest)) return { kind: 'block', lastLine: line }
  if (/^["']/.test(rest)) return quoted(lines, start)
  if (/^[[{]/.test(rest)) return bracketed(lines, start)
  const words = plainFault(rest)
  return { kind: 'other', lastLine: line, ...(words !== null && { fault: causeAt(start, words) }) }
}

function plainFault(rest: string): string | null {
  if (/^[@`]/.test(rest)) return 'a value starts with a reserved character; put it in quotes'
  const comment = rest.search(/\s#/)
  const isPair = /:(?:\s|$)/.test(comment < 0 ? rest : rest.slice(0, comment))
  return isPair ? 'a value contains ": "; put the value in quotes' : null
}

const causeAt = ({ line, column }: Spot, words: string): Cause => ({ line: line + 1, column: column + 1, words })

/** The position after the quote that closes the one at `start`. null: none closes it. */
function behindQuote(lines: readonly string[], start: Spot): Spot | null {
  const quote = lines[start.line]?.[start.column]
  for (let line = start.line; line < lines.length; line += 1) {
    const text = lines[line] ?? ''
    for (let at = line === start.line ? start.column + 1 : 0; at < text.length; at += 1) {
      if (quote === '"' && text[at] === '\\') at += 1
      else if (quote === "'" && text[at] === "'" && text[at + 1] === "'") at += 1
      else if (text[at] === quote) return { line, column: at + 1 }
    }
  }
  return null
}

function quoted(lines: readonly string[], start: Spot): ScannedValue {
  const end = behindQuote(lines, start)
  const isClean = end !== null && /^\s*(?:#|$)/.test(lines[end.line]?.slice(end.column) ?? '')
  if (end && isClean) return { kind: 'other', lastLine: end.line }
  const quote = lines[start.line]?.[start.column] ?? ''
  // A quote on a later line with text behind it opens another value there.
  const words =
    end?.line === start.line
      ? `text follows the quoted text that begins here; write ${quote === "'" ? "''" : '\\"'} for a ${quote} inside`
      : `a quote (${quote}) opens here and is not closed`
  return { kind: 'other', lastLine: start.line, fault: causeAt(start, words) }
}

function bracketed(lines: readonly string[], start: Spot): ScannedValue {
  let depth = 0
  for (let line = start.line; line < lines.length; line += 1) {
    const text = lines[line] ?? ''
    for (let at = line === start.line ? start.column : 0; at < text.length; at += 1) {
      const letter = text[at] ?? ''
      if (letter === '#' && /\s/.test(text[at - 1] ?? ' ')) break
      if (/["']/.test(letter) && /[[{,:\s]/.test(text[at - 1] ?? ' ')) {
        const end = behindQuote(lines, { line, column: at })
        if (end?.line !== line)
          return {
            kind: 'other',
            lastLine: start.line,
            fault: causeAt({ line, column: at }, `a quote (${letter}) opens here and is not closed on its line`),
          }
        at = end.column - 1
      } else if (/[[{]/.test(letter)) depth += 1
      else if (/[\]}]/.test(letter)) depth -= 1
      if (depth === 0) return { kind: 'other', lastLine: line }
    }
  }
  const words = `a bracket (${lines[start.line]?.[start.column]}) opens here and is not closed`
  return { kind: 'other', lastLine: start.line, fault: causeAt(start, words) }
}
