import type { LogLevel } from '../../../contract/events.ts'

/** A message of Kometa: its first line, and the lines that follow it without a prefix. */
export interface LogRecord {
  level: LogLevel
  /** The Python file that logged it: `overlays.py`. A title cannot forge it. */
  file: string
  /** Milliseconds since 1970, from Kometa's local time; null when it makes no sense. */
  at: number | null
  /** Without frame, padding and separators. */
  text: string
  /** Continuation lines, such as a traceback. */
  more: string[]
}

/** A traceback has dozens of lines; beyond this they are dropped. */
const maxContinuationLines = 300

/** `[2026-07-03 05:00:01,234] [overlays.py:211]           [INFO]     | (1/12) Movie 100   |` (logs.py:97-103). */
const prefix = /^\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3})\] \[([\w.-]+):\d+\] +\[([A-Z]+)\] +(\|.*)$/
/** Further lines of a message have blanks in the prefix's place. */
const continuation = /^ {65}(\|.*)$/

const levels: Record<string, LogLevel> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'critical',
}

export interface RecordReader {
  /** A record is whole when the next one begins: this returns the one before. */
  push(line: string): LogRecord | undefined
  /** The one that further lines may still belong to. */
  begun(): LogRecord | undefined
  end(): LogRecord | undefined
}

/** Puts the lines of meta.log together to records. */
export function createRecordReader(): RecordReader {
  let current: LogRecord | undefined
  const take = (next?: LogRecord) => {
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

function toRecord(found: RegExpExecArray): LogRecord {
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

/** `| text      |` -> ` text      `; long lines are framed as well. */
function unframe(framed: string): string {
  return /^\|(.*)\|$/.exec(framed)?.[1] ?? framed.replace(/^\| ?/, '')
}

/** `=== Text ===` -> `Text`, a line of `=` alone -> ''. */
function withoutSeparators(text: string): string {
  return /^={3,}$/.test(text) ? '' : (/^={2,} (.*?) ={2,}$/.exec(text)?.[1] ?? text)
}
