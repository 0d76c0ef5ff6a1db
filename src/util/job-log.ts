import { closeSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { pino } from 'pino'
import type { LogLevel } from '../contract/events.ts'
import type { FileBeneath } from './beneath/beneath.ts'
import type { Redactor } from './redact.ts'

/** A job's own log is a few lines per target; past this many bytes something is wrong, and the file is left alone. */
const maxFileBytes = 32 * 1024 * 1024

export interface LogLine {
  level: LogLevel
  /** Scrubbed, one line. */
  text: string
  /** ISO 8601, UTC. */
  at: string
}

export interface JobLog extends Disposable {
  debug(text: string): void
  info(text: string): void
  warning(text: string): void
  error(text: string): void
}

export interface JobLogOptions {
  /** Appended to; its folder is there. */
  file?: FileBeneath
  stderr?: Writable
  redactor: Redactor
  onLine?: (line: LogLine) => void
  /** What goes to stderr; the file gets everything. Default: info. */
  stderrLevel?: 'debug' | 'info' | 'warning' | 'error'
  maxFileBytes?: number
}

const numbers = { debug: 20, info: 30, warning: 40, error: 50 }
const levelOf = new Map<number, keyof typeof numbers>([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warning'],
  [50, 'error'],
])

/** `| INFO     | CAPTURED_UPLOAD ratingKey=12345 ...`: the line's shape, which scripts look for. */
export function formatLogLine(level: string, text: string): string {
  return `| ${level.toUpperCase().padEnd(8)} | ${text}`
}

/** The job's own log: scrubbed here, at the sink, and then sent to the file, to stderr and to whoever listens. Never throws. */
export function createJobLog(options: JobLogOptions): JobLog {
  const { redactor, stderr, onLine, stderrLevel = 'info' } = options
  const file =
    options.file === undefined ? undefined : openFile(options.file, options.maxFileBytes ?? maxFileBytes, stderr)

  const sink = {
    write(record: string) {
      const { level, time, msg } = JSON.parse(record) as { level: number; time: number; msg: string }
      const name = levelOf.get(level) ?? 'info'
      for (const text of redactor
        .text(msg)
        .split(/\r\n|\r|\n/)
        .map(visible)) {
        const line = `${formatLogLine(name, text)}\n`
        file?.write(line)
        if (level >= numbers[stderrLevel]) stderr?.write(line)
        onLine?.({ level: name, text, at: new Date(time).toISOString() })
      }
    },
  }
  const logger = pino({ level: 'debug', base: null }, sink)
  return {
    debug: (text) => logger.debug({}, '%s', text),
    info: (text) => logger.info({}, '%s', text),
    warning: (text) => logger.warn({}, '%s', text),
    error: (text) => logger.error({}, '%s', text),
    [Symbol.dispose]: () => file?.close(),
  }
}

/** A title from Plex must not move the terminal's cursor, nor forge a second log line. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this takes out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd')
}

/** Written at once, line by line, so that the last words before a crash are there. A full disk costs the log, never the job. */
function openFile({ files, path }: FileBeneath, maxBytes: number, stderr: Writable | undefined) {
  const descriptor = files.openSync(path, 'append')
  let open = true
  let bytes = 0
  const stop = (reason: string) => {
    if (!open) return
    open = false
    closeSync(descriptor)
    if (reason !== '')
      stderr?.write(`${formatLogLine('warning', `${files.shown(path)} is no longer written: ${reason}`)}\n`)
  }
  return {
    write(line: string) {
      if (!open) return
      bytes += Buffer.byteLength(line)
      if (bytes > maxBytes) return stop(`more than ${maxBytes} bytes`)
      try {
        writeSync(descriptor, line)
      } catch (error) {
        stop(error instanceof Error ? error.message : String(error))
      }
    },
    close: () => stop(''),
  }
}
