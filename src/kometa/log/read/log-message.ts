import type { LogLevel } from '../../../contract/events.ts'

/** One message in Kometa's log: its first line, and the following lines without a prefix. */
export interface LogMessage {
  level: LogLevel
  /** The Python file that logged the message, such as `overlays.py`. A title cannot fake this. */
  file: string
  /** Milliseconds since 1970, from Kometa's local time; null when the time is invalid. */
  at: number | null
  /** The first line without its frame, padding and separators. */
  text: string
  /** Continuation lines, such as a traceback. */
  more: string[]
}

/** A traceback has dozens of lines; lines beyond this are dropped. */
const maxContinuationLines = 300

/** `[2026-07-03 05:00:01,234] [overlays.py:211]           [INFO]     | (1/12) Movie 100   |` (logs.py:97-103). */
const prefix = /^\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3})\] \[([\w.-]+):\d+\] +\[([A-Z]+)\] +(\|.*)$/
/** Continuation lines have blanks instead of the prefix. */
const continuation = /^ {65}(\|.*)$/

const levels: Record<string, LogLevel> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'critical',
}

export interface MessageReader {
  /** A message is complete when the next one begins, so this returns the previous message. */
  push(line: string): LogMessage | undefined
  /** The current message, which may get further lines. */
  begun(): LogMessage | undefined
  end(): LogMessage | undefined
}

/** Assembles the lines of meta.log into messages. */
export function createMessageReader(): MessageReader {
  let current: LogMessage | undefined
  const take = (next?: LogMessage) => {
    const whole = current
    current = next
    return whole
  }
  return {
    push(line) {
      const found = prefix.exec(line)
      if (found) return take(toRecord(found))
      const rest = unframe(continuation.exec(line)?.[1] ?? line).trimEnd()
      if (current && rest !== '' && current.more.length < maxContinuationLines) current.more.push(rest)
      return undefined
    },
    begun: () => current,
    end: () => take(),
  }
}

function toRecord(found: RegExpExecArray): LogMessage {
  const [year, month, day, hours, minutes, seconds, ms] = found.slice(1, 8).map(Number)
  const at = new Date(year ?? 0, (month ?? 1) - 1, day, hours, minutes, seconds, ms).getTime()
  return {
    level: levels[found[9] ?? ''] ?? 'info',
    file: found[8] ?? '',
    at: Number.isNaN(at) ? null : at,
    text: withoutSeparators(unframe(found[10] ?? '').trim()),
    more: [],
  }
}

/** `| text      |` -> ` text      `; long lines have a frame too. */
function unframe(framed: string): string {
  return /^\|(.*)\|$/.exec(framed)?.[1] ?? framed.replace(/^\| ?/, '')
}

/** `=== Text ===` -> `Text`; a line of only `=` -> ''. */
function withoutSeparators(text: string): string {
  return /^={3,}$/.test(text) ? '' : (/^={2,} (.*?) ={2,}$/.exec(text)?.[1] ?? text)
}
