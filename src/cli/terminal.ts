import { styleText } from 'node:util'
import { AppError } from '../contract/errors.ts'
import { createRedactor } from '../util/redact.ts'

/** One clear line, then what can be done about it. A bug shows its stack, since only we can act on it. */
export function formatError(error: unknown, color: boolean): string {
  return lastSink.text(asText(error, color))
}

/** Whatever an error brought up to here: tokens and passwords in the places where they stand are taken out. */
const lastSink = createRedactor([])

function asText(error: unknown, color: boolean): string {
  const paint = (style: 'red' | 'dim', text: string) => (color ? styleText(style, text) : text)
  if (error instanceof AppError) {
    const lines = [`${paint('red', 'kometa-preview:')} ${error.message}`]
    lines.push(...error.details.map((detail) => `  ${detail}`))
    if (error.hint) lines.push(paint('dim', `  ${error.hint}`))
    return lines.join('\n')
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${paint('red', 'kometa-preview: this is a bug, please report it.')}\n${text}`
}

/** "850 ms", "12 s", "3 min 20 s": times as people say them. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
