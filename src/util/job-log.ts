import { closeSync, writeSync } from 'node:fs'
import { pino } from 'pino'
import type { LogLevel } from '../contract/events.ts'
import type { FileBeneath } from './beneath/beneath.ts'
import type { Redactor } from './redact.ts'
import { visibleLine } from './visible.ts'

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
  redactor: Redactor
  onLine?: (line: LogLine) => void
  maxFileBytes?: number
}

const levelOf = new Map<number, LogLevel>([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warning'],
  [50, 'error'],
])

/** `| INFO     | CAPTURED_UPLOAD ratingKey=12345 ...`: the line's shape, which scripts look for. */
export function formatLogLine(level: string, text: string): string {
  return `| ${level.toUpperCase().padEnd(8)} | ${text}`
}

/** The job's own log: scrubbed here, at the sink, and then sent to the file and to whoever listens. Never throws. */
export function createJobLog({ redactor, onLine, ...options }: JobLogOptions): JobLog {
  const tell = (level: LogLevel, text: string, time: number) =>
    onLine?.({ level, text, at: new Date(time).toISOString() })
  const file =
    options.file === undefined
      ? undefined
      : openFile(options.file, options.maxFileBytes ?? maxFileBytes, (problem) => tell('warning', problem, Date.now()))

  const sink = {
    write(record: string) {
      const { level, time, msg } = JSON.parse(record) as { level: number; time: number; msg: string }
      const name = levelOf.get(level) ?? 'info'
      // One record, one line: a title with a line break must not forge a second one.
      const text = visibleLine(redactor.text(msg))
      file?.write(`${formatLogLine(name, text)}\n`)
      tell(name, text, time)
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

/** Written at once, line by line, so that the last words before a crash are there. A full disk costs the log, never the job. */
function openFile({ files, path }: FileBeneath, maxBytes: number, onStop: (problem: string) => void) {
  const descriptor = files.openSync(path, 'append')
  let open = true
  let bytes = 0
  const stop = (reason: string) => {
    if (!open) return
    open = false
    closeSync(descriptor)
    if (reason !== '') onStop(`${files.shown(path)} is no longer written: ${reason}`)
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
