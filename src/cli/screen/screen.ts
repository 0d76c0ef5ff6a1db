import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { visibleJson, visibleLine, visibleText } from '../../util/visible.ts'

type Style = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'
/** A piece of a line. What it looks like is said beside its text, never inside it. */
export type Part = string | { style: Style; text: string }
export type Line = Part | readonly Part[]

export const painted = (style: Style, text: string): Part => ({ style, text })

/**
 * The only way to standard output and standard error: whatever stands in a text, a line of ours stays one line, and no
 * sequence of the text's own reaches the terminal.
 */
export interface Screen {
  /** One line each. */
  print(...lines: readonly Line[]): void
  /** Text of several lines that this program has made, such as its help. */
  document(text: string): void
  json(value: unknown, indent?: number): void
  /** On a terminal, a last line that changes; null takes it away. Elsewhere nothing. */
  status(line: Line | null): void
  readonly isTerminal: boolean
}

export interface Screens {
  out: Screen
  err: Screen
}

export const standardScreens = (): Screens => ({
  out: createScreen(process.stdout),
  err: createScreen(process.stderr),
})

export function createScreen(stream: Writable & { isTTY?: boolean; columns?: number }): Screen {
  const isTerminal = stream.isTTY === true
  let status: Line | null = null
  const clear = () => {
    if (isTerminal && status !== null) stream.write('\r\u001b[K')
  }
  const draw = () => {
    // One column is left free: a full line would wrap, and then could not be taken back.
    if (isTerminal && status !== null) stream.write(rendered(status, stream, (stream.columns ?? 80) - 1))
  }
  const write = (text: string) => {
    clear()
    stream.write(text)
    draw()
  }
  return {
    isTerminal,
    print: (...lines) => write(lines.map((line) => `${rendered(line, stream)}\n`).join('')),
    document: (text) => write(visibleText(text)),
    json: (value, indent = 0) => write(`${visibleJson(value, indent)}\n`),
    status(line) {
      clear()
      status = line
      draw()
    },
  }
}

/** Lines as they are printed where there is no colour. */
export const plainText = (lines: readonly Line[]): string => lines.map((line) => rendered(line, null)).join('\n')

/** With the styles that the stream shows: none where it is no terminal, or where NO_COLOR says so. */
function rendered(line: Line, stream: Writable | null, maxColumns = Number.POSITIVE_INFINITY): string {
  let left = maxColumns
  const shown = (text: string): string => {
    const characters = Number.isFinite(left) ? [...text].slice(0, Math.max(left, 0)) : [text]
    left -= characters.length
    return characters.join('')
  }
  const parts: readonly Part[] = typeof line === 'string' || 'style' in line ? [line] : line
  return parts
    .map((part) => {
      if (typeof part === 'string') return shown(visibleLine(part))
      const text = shown(visibleLine(part.text))
      return stream === null ? text : styleText(part.style, text, { stream })
    })
    .join('')
}
