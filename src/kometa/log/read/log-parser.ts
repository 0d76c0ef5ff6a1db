import { createApplyReader } from './apply-reader.ts'
import { createCompileReader } from './compile-reader.ts'
import { configUsed, createConsoleReader } from './console-reader.ts'
import { createFileReader } from './file-reader.ts'
import type { KometaEvent } from './log-events.ts'
import { createMessageReader, type LogMessage } from './log-message.ts'
import type { ParserContext } from './parser-context.ts'
import { createSetupReader } from './setup-reader.ts'

export interface LogParser {
  /**
   * Takes one line without its line end. `meta` is meta.log, which has levels and times. From `console`, only progress
   * and failures before the log begins are used, because meta.log has everything else.
   */
  feed(line: string, source?: 'meta' | 'console'): KometaEvent[]
  /** Call this at the end of the log. */
  end(): KometaEvent[]
}

/** Turns Kometa's log into events. Holds one message and one item, and never throws, whatever a line contains. */
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
  const records = createMessageReader()
  const apply = createApplyReader(context)
  const compile = createCompileReader(context)
  const setup = createSetupReader(context)
  const files = createFileReader(context)
  const fromConsole = createConsoleReader(context)

  function read(record: LogMessage | undefined): void {
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

  /** Does not wait for the next message: a Kometa that runs another config must be ended at once. */
  function nameConfig(record: LogMessage | undefined): void {
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

/** Kometa's own files in a traceback, the innermost last. They tell which service failed if the message does not. */
function modulesOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^\s*File ".*?[\\/](?:modules[\\/](\w+)|kometa)\.py", line/.exec(line)?.[1] ?? [])
}
