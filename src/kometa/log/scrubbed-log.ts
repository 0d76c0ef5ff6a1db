import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FileBeneath } from '../../util/beneath/beneath.ts'
import type { Redactor } from '../../util/redact.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { visibleText } from '../../util/visible.ts'

export interface ScrubbedLogOptions {
  /** The log is appended to this file, whose folder exists. */
  file: FileBeneath
  redactor: Redactor
  /** When the file reaches this size, a last line says so and nothing more is kept. Reading continues. */
  maxBytes: number
  /**
   * Receives every scrubbed line without its end, up to 16,000 characters. A `\r` also ends a line, because Kometa's
   * progress has no other line end.
   */
  onLine?: (line: string) => void
}

/** A log file that several streams write to, line by line and without secrets. */
export interface ScrubbedLog {
  /** Opens a stream into the log; end the stream before `close`. */
  input(): Writable
  /** Waits until everything is written. Says why the file is incomplete, if it is. */
  close(): Promise<{ problem?: string }>
}

/** A full disk or the size limit affects only the file: input is always accepted, at the disk's pace. */
export async function openScrubbedLog(options: ScrubbedLogOptions): Promise<ScrubbedLog> {
  const { redactor, onLine } = options
  const handle = await options.file.files.open(options.file.path, 'append')
  const file = boundedFile(handle, options.maxBytes)

  const sink = new Writable({
    decodeStrings: false,
    defaultEncoding: 'utf8',
    write(chunk: Buffer | string, _encoding, done) {
      // People print this file on a terminal, so nothing in it may move the cursor or add lines.
      const text = visibleText(typeof chunk === 'string' ? chunk : chunk.toString('utf8'))
      if (onLine) for (const line of linesOf(text)) onLine(line)
      file.write(text).then(() => done(), done)
    },
  })
  const inputs: Promise<void>[] = []
  return {
    input() {
      const scrub = redactor.stream()
      scrub.pipe(sink, { end: false })
      inputs.push(finished(scrub).catch(() => undefined))
      // Two inputs and their pipes may all wait for the sink at the same time.
      sink.setMaxListeners(4 * (inputs.length + 1))
      return scrub
    },
    async close() {
      await Promise.all(inputs)
      sink.end()
      await finished(sink)
      await file.flush()
      await handle.close()
      return file.problem() === undefined ? {} : { problem: file.problem() ?? '' }
    },
  }
}

/** Longer lines are cut: some patterns for Kometa's messages take quadratic time. */
const maxReadChars = 16_000

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.slice(0, maxReadChars))
}

/** Kometa writes thousands of single lines a second; they are written to disk together after this delay. */
const gatherMs = 50
const gatherChars = 64 * 1024

function boundedFile(handle: FileHandle, maxBytes: number) {
  let bytes = 0
  let problem: string | undefined
  let gathered = ''
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function append(text: string): Promise<void> {
    if (problem !== undefined) return
    const data = Buffer.from(text)
    bytes += data.length
    if (bytes > maxBytes) {
      problem = `more than ${maxBytes} bytes of output; the rest is not kept`
      await handle.appendFile(`\n${problem}\n`).catch(() => undefined)
      return
    }
    await handle.appendFile(data).catch((error: unknown) => {
      problem ??= messageOf(error)
    })
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const text = gathered
    gathered = ''
    if (text !== '') writing = writing.then(() => append(text))
    return writing
  }

  return {
    problem: () => problem,
    flush,
    /** Resolves at once, or when the disk has caught up. */
    async write(text: string): Promise<void> {
      if (problem !== undefined) return
      gathered += text
      if (gathered.length >= gatherChars) return flush()
      timer ??= setTimeout(flush, gatherMs)
    },
  }
}
