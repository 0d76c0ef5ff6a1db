import { AppError } from '../../contract/errors.ts'
import { createRedactor } from '../../util/redact.ts'
import { systemRefusal } from '../../util/system-refusal.ts'
import { type Line, painted } from './screen.ts'

/** The last place that takes tokens and passwords out of an error, for secrets that no redactor before it knew. */
const lastSink = createRedactor([])

/**
 * The error as an AppError, where a user can act on it: one of our own, or a refusal of the operating system. null for
 * a bug.
 */
export const userError = (error: unknown): AppError | null => (error instanceof AppError ? error : systemRefusal(error))

/**
 * One clear line, then what the user can do. Only a bug shows its stack, since only we can act on it. `scrub` takes out
 * the secrets that the caller knows.
 */
export function errorLines(error: unknown, scrub: (text: string) => string = (text) => text): Line[] {
  const clean = (text: string): string => lastSink.text(scrub(text))
  const known = userError(error)
  if (known) {
    const lines: Line[] = [[painted('red', 'kometa-preview:'), ` ${clean(known.message)}`]]
    lines.push(...known.details.map((detail) => `  ${clean(detail)}`))
    if (known.hint) lines.push(painted('dim', `  ${clean(known.hint)}`))
    return lines
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  // Indented, so that no line of the error's own message looks like one of ours.
  const stack = clean(text).split('\n')
  return [
    painted('red', 'kometa-preview: this is a bug of Kometa Preview.'),
    ...stack.map((line) => `  ${line}`),
    painted('dim', `  ${howToReport}`),
  ]
}

const howToReport =
  'Please report it as an issue of the project, with these lines and with what "kometa-preview doctor --json" prints.'

/** A duration for people: "850 ms", "12 s", "3 min 20 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
