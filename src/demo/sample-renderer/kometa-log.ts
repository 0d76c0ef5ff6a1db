import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** The Python file that would log the line. Readers of Kometa's log depend on it. */
export type LogFile = 'kometa.py' | 'meta.py' | 'config.py' | 'plex.py' | 'library.py' | 'builder.py' | 'overlays.py'

/** The log of a Kometa overlay run: logs/meta.log, the console on stderr, progress on stdout. */
export interface KometaLog {
  /** Goes to meta.log alone. */
  debug(file: LogFile, text: string): void
  info(file: LogFile, text: string): void
  warning(file: LogFile, text: string): void
  error(file: LogFile, text: string): void
  critical(file: LogFile, text: string): void
  /** A heading between lines of `=`, with each line of the text centred. */
  separator(file: LogFile, text: string): void
  /** Momentary progress, which goes to the console alone (logs.py:243-255). */
  ghost(text: string): void
  /** From now on the log shows this word as `(redacted)` (logs.py:257-259). */
  secret(word: string): void
  close(): void
}

const widthColumns = 100

/** Opens `<folder>/meta.log`. Like Kometa, it first renames an existing one to meta-1.log. */
export function createKometaLog(folder: string): KometaLog {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'meta.log')
  if (existsSync(path)) renameSync(path, join(folder, 'meta-1.log'))
  const descriptor = openSync(path, 'w', 0o600)
  const secrets: string[] = []

  function write(file: LogFile, level: string, text: string, onConsole = true): void {
    const clean = secrets.reduce((words, secret) => words.replaceAll(secret, '(redacted)'), text)
    for (const [i, line] of clean.split('\n').entries()) {
      const framed = line.startsWith('|') ? line : `| ${pad(line, widthColumns - 2)} |`
      const prefix = `[${stamp()}] ${pad(`[${file}:0]`, 27)} ${pad(`[${level}]`, 10)} `
      writeSync(descriptor, `${i === 0 ? prefix : ' '.repeat(65)}${framed}\n`)
      if (onConsole) process.stderr.write(`${framed}\n`)
    }
  }

  const rule = `|${'='.repeat(widthColumns)}|`
  return {
    debug: (file, text) => write(file, 'DEBUG', text, false),
    info: (file, text) => write(file, 'INFO', text),
    warning: (file, text) => write(file, 'WARNING', text),
    error: (file, text) => write(file, 'ERROR', text),
    critical: (file, text) => write(file, 'CRITICAL', text),
    separator(file, text) {
      write(file, 'INFO', rule)
      // Kometa logs each line of a heading as a separate message (logs.py:159-175).
      for (const line of text.split('\n')) write(file, 'INFO', `| ${centred(line)} |`)
      write(file, 'INFO', rule)
    },
    ghost: (text) => void process.stdout.write(`| ${text}\r`),
    secret: (word) => void (word === '' || secrets.push(word)),
    close: () => closeSync(descriptor),
  }
}

/** Python pads by characters, not by UTF-16 units. */
function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - [...text].length))
}

function centred(text: string): string {
  const free = Math.max(0, widthColumns - 2 - [...text].length)
  const left = Math.floor(free / 2)
  return ' '.repeat(left) + text + ' '.repeat(free - left)
}

/** Python's asctime: local time with milliseconds after a comma. */
function stamp(now = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  return `${day} ${time},${String(now.getMilliseconds()).padStart(3, '0')}`
}
