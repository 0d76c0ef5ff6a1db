import type { LibraryName } from './log-events.ts'
import type { LogReader, ParserContext } from './log-parser.ts'

/** From the start to the last connected library, and where one library's work begins (kometa.py, config.py, plex.py). */
export function createSetupReader(context: ParserContext): LogReader {
  /** `Title (mapping)` or the mapping name, as config.py shows it. */
  let display: string | null = null
  let title: string | null = null
  /** Errors since something was begun: the reason if it fails. */
  let errors: string[] = []

  const connecting = (): LibraryName => {
    const shown = display ?? ''
    const plexTitle = title ?? titleOf(shown)
    const mapping =
      shown.startsWith(`${plexTitle} (`) && shown.endsWith(')') ? shown.slice(plexTitle.length + 2, -1) : shown
    context.titles.set(mapping, plexTitle)
    return { mapping, title: plexTitle }
  }
  const begin = () => {
    errors = []
    title = null
  }

  /** By a name that stands in the middle of a line: blanks at its ends cannot be told from the padding. */
  const libraryOf = (shown: string): LibraryName => {
    const known = [...context.titles].find(([mapping]) => mapping === shown || mapping.trim() === shown)
    return { mapping: known?.[0] ?? shown, title: known?.[1] ?? shown }
  }

  const readers: Record<string, LogReader> = {
    'kometa.py': ({ text, level }) => {
      if (/^Starting (?:\S+ )?Run$/.test(text)) context.emit({ type: 'run_started' })
      else if (/^Finished (?:\S+ )?Run$/.test(text)) context.emit({ type: 'run_finished' })
      const version = /^Version: (\S+) \(/.exec(text)?.[1]
      if (version !== undefined) context.emit({ type: 'version', version })
      const name = level === 'info' ? /^(?!Mapping )(.+) Library$/.exec(text)?.[1] : undefined
      if (name !== undefined) {
        context.library = libraryOf(name)
        context.emit({ type: 'library_started', library: context.library })
      }
      return true
    },
    'config.py': ({ text, level }) => {
      if (level === 'error' || level === 'critical') errors.push(text)
      if (level !== 'info') return true
      const next = /^Connecting to (.+) Library\.\.\.$/.exec(text)?.[1]
      if (next !== undefined) {
        begin()
        display = next
        context.library = { mapping: next, title: titleOf(next) }
        return true
      }
      const service = /^Connecting to (.+)\.\.\.$/.exec(text)
      if (service) begin()
      const result = /^(.+) Connection (Successful|Failed)$/.exec(text)
      if (result) finish(result[1] ?? '', result[2] === 'Successful')
      return true
    },
    'plex.py': ({ text, level }) => {
      if (level === 'error') errors.push(text)
      const server = /^Connected to server (.+) version (\S+)$/.exec(text)
      if (server) context.emit({ type: 'server_connected', server: server[1] ?? '', version: server[2] ?? '' })
      const connected = /^Connected to library (.+)$/.exec(text)?.[1]
      if (connected !== undefined) title = connected
      const loaded = /^Loaded (\d+) \w+$/.exec(text)?.[1]
      if (loaded !== undefined && context.library) {
        context.emit({ type: 'loaded', library: context.library, count: Number(loaded) })
      }
      // Searches log within a definition, errors within an item: the other readers want these too.
      return server !== null || connected !== undefined || loaded !== undefined
    },
    'meta.py': ({ text, level }) => {
      const file = level === 'info' ? /^Loading Overlay File (\d+) (\w+): (.*)$/.exec(text) : null
      if (!file || !context.library) return false
      const [, number, form = '', path = ''] = file
      context.emit({ type: 'overlay_file', library: context.library, number: Number(number), form, path })
      return true
    },
  }

  function finish(name: string, ok: boolean): void {
    const reason = ok ? null : (errors.at(-1) ?? null)
    if (!name.endsWith(' Library') || display === null) {
      context.emit({ type: 'service', name, ok, reason })
      return
    }
    const library = connecting()
    context.library = library
    if (ok) context.emit({ type: 'library_connected', library })
    else context.emit({ type: 'library_failed', library, reason: reason ?? 'Kometa gave no reason' })
  }

  return (record) => readers[record.file]?.(record) ?? false
}

/** The title in `Title (mapping)`, as far as it can be told before Plex has named it. */
function titleOf(display: string): string {
  const end = display.indexOf(' (', 1)
  return end > 0 && display.endsWith(')') && display.length > end + 3 ? display.slice(0, end) : display
}
