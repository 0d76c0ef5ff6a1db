import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FileBeneath } from '../../util/beneath/beneath.ts'
import type { Redactor } from '../../util/redact.ts'
import { visibleText } from '../../util/visible.ts'

export interface ScrubbedLogOptions {
  /** Appended to; its folder is there. */
  file: FileBeneath
  redactor: Redactor
  /** Beyond this the file is left alone, with a last line that says so; reading goes on. */
  maxBytes: number
  /** Every line, scrubbed, without its end, at most 16,000 characters. A `\r` ends a line too: Kometa's progress has no other end. */
  onLine?: (line: string) => void
}

/** A log file that several streams write, line by line and without secrets. */
export interface ScrubbedLog {
  /** A new stream into the log; end it before `close`. */
  input(): Writable
  /** Waits until all is written. Says why the file is not whole, if it is not. */
  close(): Promise<{ problem?: string }>
}

/** A full disk or a limit costs the file, never the writer: what comes in is always taken, at the pace of the disk. */
export async function openScrubbedLog(options: ScrubbedLogOptions): Promise<ScrubbedLog> {
  const { redactor, onLine } = options
  const handle = await options.file.files.open(options.file.path, 'append')
  const file = boundedFile(handle, options.maxBytes)

  const sink = new Writable({
    decodeStrings: false,
    defaultEncoding: 'utf8',
    write(chunk: Buffer | string, _encoding, done) {
      // A file that people show on a terminal: nothing in it moves the cursor, and every line stays where it is.
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
      // Two inputs and their pipes may all wait for the sink at once.
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

/** Longer ones are cut for whoever reads them: some of what looks for Kometa's words in a line takes quadratic time. */
const maxReadChars = 16_000

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.slice(0, maxReadChars))
}

/** Kometa writes thousands of lines a second, one by one: they go to the disk together, so late at most. */
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
      problem ??= error instanceof Error ? error.message : String(error)
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
