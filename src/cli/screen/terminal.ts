import { AppError } from '../../contract/errors.ts'
import { createRedactor } from '../../util/redact.ts'
import { type Line, painted } from './screen.ts'

/** Whatever an error brought up to here: tokens and passwords in the places where they stand are taken out. */
const lastSink = createRedactor([])

/**
 * One clear line, then what can be done about it. A bug shows its stack, since only we can act on it. `scrub` takes out the
 * secrets that the caller knows.
 */
export function errorLines(error: unknown, scrub: (text: string) => string = (text) => text): Line[] {
  const clean = (text: string): string => lastSink.text(scrub(text))
  if (error instanceof AppError) {
    const lines: Line[] = [[painted('red', 'kometa-preview:'), ` ${clean(error.message)}`]]
    lines.push(...error.details.map((detail) => `  ${clean(detail)}`))
    if (error.hint) lines.push(painted('dim', `  ${clean(error.hint)}`))
    return lines
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  // Behind two blanks: a line in an error's message must not pass for one of ours.
  const stack = clean(text).split('\n')
  return [painted('red', 'kometa-preview: this is a bug, please report it.'), ...stack.map((line) => `  ${line}`)]
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
