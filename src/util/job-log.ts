import { closeSync, writeSync } from 'node:fs'
import type { LogLevel } from '../contract/events.ts'
import type { FileBeneath } from './beneath/beneath.ts'
import type { Redactor } from './redact.ts'
import { messageOf } from './unknown-error.ts'
import { visibleLine } from './visible.ts'

/**
 * A job writes a few lines per target. If it writes more than this, something is wrong, and nothing more goes into the
 * file.
 */
const maxFileBytes = 32 * 1024 * 1024

export interface LogLine {
  level: LogLevel
  /** One line without secrets. */
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
  /** The log appends to this file, whose folder must exist. */
  file?: FileBeneath
  redactor: Redactor
  onLine?: (line: LogLine) => void
  maxFileBytes?: number
}

/** Formats one line as scripts look for it: `| INFO     | CAPTURED_UPLOAD ratingKey=12345 ...`. */
export function formatLogLine(level: string, text: string): string {
  return `| ${level.toUpperCase().padEnd(8)} | ${text}`
}

/** Creates the job's own log. Secrets are redacted here, before a line is written or reported. Never throws. */
export function createJobLog({ redactor, onLine, ...options }: JobLogOptions): JobLog {
  const report = (level: LogLevel, text: string) => onLine?.({ level, text, at: new Date().toISOString() })
  const file =
    options.file === undefined
      ? undefined
      : openFile(options.file, options.maxFileBytes ?? maxFileBytes, (problem) => report('warning', problem))

  const add = (level: LogLevel) => (message: string) => {
    // A title with a line break must not forge a second line.
    const text = visibleLine(redactor.text(message))
    file?.write(`${formatLogLine(level, text)}\n`)
    report(level, text)
  }
  return {
    debug: add('debug'),
    info: add('info'),
    warning: add('warning'),
    error: add('error'),
    [Symbol.dispose]: () => file?.close(),
  }
}

/** Writes each line immediately, so that a crash loses none. A full disk ends the log, never the job. */
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
        stop(messageOf(error))
      }
    },
    close: () => stop(''),
  }
}
