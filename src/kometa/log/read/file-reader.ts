import { leavesOut } from '../words/leaves-out.ts'
import type { LoggedFile } from './log-events.ts'
import type { LogMessage } from './log-message.ts'
import type { ParserContext } from './parser-context.ts'

/**
 * Reads what Kometa could not load, from `Reading in Overlay Files` to a library's last file (config.py:1723,
 * library.py:261-276).
 */
export function createFileReader(context: ParserContext): (record: LogMessage) => void {
  /** While entries of overlay_files are read: the last entry that Kometa named, and the failures so far. */
  let reading: { entry: LoggedFile | null; failed: { reason: string; entry: LoggedFile | null }[] } | null = null
  let isReading = false
  /** The file that Kometa is loading. */
  let loading: LoggedFile | null = null
  let number = 0
  let failure: { reason: string; lines: string[] } | null = null

  /** No line marks the end of loading a file: it ends when the next file or another step begins. */
  const close = () => {
    if (loading && context.library) {
      context.emit({ type: 'overlay_file_loaded', library: context.library, number, file: loading })
    }
    loading = null
    failure = null
  }

  function readEntries({ file, level, text }: LogMessage): void {
    if (!reading || !isReading) return
    const named = /^Reading (url|git|pmm|default|repo|file|folder): (.*)$/.exec(text)
    if (file === 'util.py' && level === 'info' && named) {
      reading.entry = { form: named[1] ?? '', path: named[2] ?? '' }
    } else if ((file === 'util.py' || file === 'config.py') && level === 'error') {
      reading.failed.push({ reason: text, entry: reading.entry })
    }
  }

  /** Kometa reads the entries before it connects to the library, whose names are known only then. */
  function tellEntries(): void {
    for (const failed of context.library ? (reading?.failed ?? []) : []) {
      if (context.library) context.emit({ type: 'overlay_entry_failed', library: context.library, ...failed })
    }
    reading = null
  }

  function readLoading({ file, level, text, more }: LogMessage): void {
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
