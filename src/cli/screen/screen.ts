import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { visibleJson, visibleLine, visibleText } from '../../util/visible.ts'

type Style = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'
/** A part of a line. Its style is beside its text, never inside it. */
export type Part = string | { style: Style; text: string }
export type Line = Part | readonly Part[]

export const painted = (style: Style, text: string): Part => ({ style, text })

/**
 * The only way to standard output and standard error. Whatever a text holds, a line stays one line, and no escape
 * sequence of the text reaches the terminal.
 */
export interface Screen {
  /** Each argument is one line. */
  print(...lines: readonly Line[]): void
  /** A text of several lines that this program has written, such as its help. */
  document(text: string): void
  json(value: unknown, indent?: number): void
  /** Shows a last line that changes, on a terminal only; null removes it. */
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
    // One column stays free: a full line would wrap, and could then not be removed.
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

/** The lines as they are printed without colours. */
export const plainText = (lines: readonly Line[]): string => lines.map((line) => rendered(line, null)).join('\n')

/** With the styles that the stream can show: none if it is not a terminal, or if NO_COLOR is set. */
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
