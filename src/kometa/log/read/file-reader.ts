import { leavesOut } from '../words/leaves-out.ts'
import type { LoggedFile } from './log-events.ts'
import type { LogRecord } from './log-message.ts'
import type { ParserContext } from './log-parser.ts'

/** From `Reading in Overlay Files` to the last file of a library: what Kometa could not load (config.py:1723, library.py:261-276). */
export function createFileReader(context: ParserContext): (record: LogRecord) => void {
  /** The entry of overlay_files that was named last, while they are read. */
  let reading: { entry: LoggedFile | null; failed: { reason: string; entry: LoggedFile | null }[] } | null = null
  let isReading = false
  /** The file that is being loaded. */
  let loading: LoggedFile | null = null
  let number = 0
  let failure: { reason: string; lines: string[] } | null = null

  /** The loading of a file has no line for its end: another one begins, or something else does. */
  const close = () => {
    if (loading && context.library) {
      context.emit({ type: 'overlay_file_loaded', library: context.library, number, file: loading })
    }
    loading = null
    failure = null
  }

  function readEntries({ file, level, text }: LogRecord): void {
    if (!reading || !isReading) return
    const named = /^Reading (url|git|pmm|default|repo|file|folder): (.*)$/.exec(text)
    if (file === 'util.py' && level === 'info' && named) {
      reading.entry = { form: named[1] ?? '', path: named[2] ?? '' }
    } else if ((file === 'util.py' || file === 'config.py') && level === 'error') {
      reading.failed.push({ reason: text, entry: reading.entry })
    }
  }

  /** Entries are read before Kometa connects to the library, whose names are known only then. */
  function tellEntries(): void {
    for (const failed of context.library ? (reading?.failed ?? []) : []) {
      if (context.library) context.emit({ type: 'overlay_entry_failed', library: context.library, ...failed })
    }
    reading = null
  }

  function readLoading({ file, level, text, more }: LogRecord): void {
    if (!loading || !context.library) return
    if (file === 'library.py' && level === 'error') failure = { reason: text, lines: more }
    else if (text === 'Overlay File Failed To Load') {
      const { reason, lines } = failure ?? { reason: text, lines: [] }
      context.emit({ type: 'overlay_file_failed', library: context.library, reason, lines, file: loading })
      loading = null
      failure = null
    } else if (leavesOut(file, level, text)) {
      context.emit({ type: 'overlay_file_faulty', library: context.library, reason: text, file: loading })
    }
  }

  return (record) => {
    const { file, level, text } = record
    if (file === 'config.py' && level === 'info') {
      if (/^Connecting to .+ Library\.\.\.$/.test(text)) number = 0
      if (text === 'Reading in Overlay Files') {
        reading = { entry: null, failed: [] }
        isReading = true
      } else if (text === 'Plex Configuration') isReading = false
      else if (/ Library Connection (?:Successful|Failed)$/.test(text)) tellEntries()
      if (/^(?:Radarr|Sonarr|Tautulli) Configuration$|^Connecting to |Connection (?:Successful|Failed)$/.test(text))
        close()
    }
    const begun = /^Loading Overlay File (\d+) (URL|Git|Default|Repo|File): (.*)$/.exec(text)
    if (file === 'meta.py' && begun) {
      close()
      loading = { form: begun[2] ?? '', path: begun[3] ?? '' }
      number = Number(begun[1])
      return
    }
    if (file === 'kometa.py') close()
    readEntries(record)
    readLoading(record)
  }
}
