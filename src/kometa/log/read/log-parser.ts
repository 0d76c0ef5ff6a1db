import { createApplyReader } from './apply-reader.ts'
import { createCompileReader } from './compile-reader.ts'
import { configUsed, createConsoleReader } from './console-reader.ts'
import { createFileReader } from './file-reader.ts'
import type { KometaEvent, KometaEventBody, LibraryName } from './log-events.ts'
import { createRecordReader, type LogRecord } from './log-message.ts'
import { createSetupReader } from './setup-reader.ts'

/** What the readers of the parts of the log share. */
export interface ParserContext {
  emit(event: KometaEventBody): void
  /** The library that is being connected or worked on. */
  library: LibraryName | null
  /** Titles in Plex by key in the config, learnt while Kometa connects. */
  titles: Map<string, string>
}

/** Takes a record, or leaves it to the next. */
export type LogReader = (record: LogRecord) => boolean

export interface LogParser {
  /**
   * One line without its end. `meta` is meta.log, where levels and times are; of `console` only progress and
   * failures before the log begins are taken, since all else is in meta.log too.
   */
  feed(line: string, source?: 'meta' | 'console'): KometaEvent[]
  /** The log has ended. */
  end(): KometaEvent[]
}

/** Turns Kometa's log into events. Holds one record and one item; never throws, whatever a line holds. */
export function createLogParser(): LogParser {
  let seq = 0
  let at: number | null = null
  let events: KometaEvent[] = []
  let modules: string[] = []
  const context: ParserContext = {
    emit: (event) => events.push({ ...event, seq: ++seq, at }),
    library: null,
    titles: new Map(),
  }
  const records = createRecordReader()
  const apply = createApplyReader(context)
  const compile = createCompileReader(context)
  const setup = createSetupReader(context)
  const files = createFileReader(context)
  const fromConsole = createConsoleReader(context)

  function read(record: LogRecord | undefined): void {
    if (!record) return
    at = record.at
    fromConsole.logBegan()
    const { level, text, more } = record
    if (level === 'debug' && text.startsWith('Traceback')) modules = modulesOf(more)
    if (level === 'warning' || level === 'error' || level === 'critical') {
      context.emit({ type: 'message', level, text, lines: more, library: context.library, modules })
      modules = []
    }
    for (const reader of [setup, compile.read, apply.read]) if (reader(record)) break
    files(record)
  }

  /** Without waiting for the next record: what runs another config is to be ended at once. */
  function nameConfig(record: LogRecord | undefined): void {
    const path =
      record?.file === 'config.py' && record.more.length === 0 ? configUsed.exec(record.text)?.[1] : undefined
    if (path !== undefined) context.emit({ type: 'config_used', path })
  }

  const collect = (act: () => void): KometaEvent[] => {
    events = []
    act()
    return events
  }
  return {
    feed: (line, source = 'meta') =>
      collect(() => {
        if (source === 'meta') {
          read(records.push(line))
          nameConfig(records.begun())
        } else {
          at = null
          fromConsole.read(line)
        }
      }),
    end: () =>
      collect(() => {
        read(records.end())
        compile.end()
        apply.end()
        fromConsole.end()
      }),
  }
}

/** Kometa's own files in a traceback, the innermost last: they tell which service failed where the message does not. */
function modulesOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^\s*File ".*?[\\/](?:modules[\\/](\w+)|kometa)\.py", line/.exec(line)?.[1] ?? [])
}
