import { asksForLogin } from '../words/fault-words.ts'
import type { LibraryName } from './log-events.ts'
import type { LogMessage } from './log-message.ts'
import type { LogReader, ParserContext } from './parser-context.ts'

interface State {
  context: ParserContext
  /** `Title (mapping)`, or only the mapping name, as config.py shows the library. */
  display: string | null
  /** The library's title, as Plex reports it. */
  title: string | null
  /** Errors since Kometa began to connect to something: the reason if that fails. */
  errors: string[]
}

/** Reads the start, up to the last connected library, and where the work on each library begins. */
export function createSetupReader(context: ParserContext): LogReader {
  const state: State = { context, display: null, title: null, errors: [] }
  return (message) => readers[message.file]?.(state, message) ?? false
}

/** By the Python file that logged the message; each returns true when no other reader needs the message. */
const readers: Readonly<Record<string, (state: State, message: LogMessage) => boolean>> = {
  'kometa.py': readKometa,
  'config.py': readConfig,
  'plex.py': readPlex,
  'meta.py': readMeta,
}

function readKometa({ context }: State, { text, level }: LogMessage): boolean {
  if (/^Starting (?:\S+ )?Run$/.test(text)) context.emit({ type: 'run_started' })
  else if (/^Finished (?:\S+ )?Run$/.test(text)) context.emit({ type: 'run_finished' })
  const version = /^Version: (\S+) \(/.exec(text)?.[1]
  if (version !== undefined) context.emit({ type: 'version', version })
  const name = level === 'info' ? /^(?!Mapping )(.+) Library$/.exec(text)?.[1] : undefined
  if (name !== undefined) {
    context.library = libraryOf(context, name)
    context.emit({ type: 'library_started', library: context.library })
  }
  return true
}

function readConfig(state: State, { text, level }: LogMessage): boolean {
  if (level === 'error' || level === 'critical') state.errors.push(text)
  if (level !== 'info') return true
  const next = /^Connecting to (.+) Library\.\.\.$/.exec(text)?.[1]
  if (next !== undefined) {
    begin(state)
    state.display = next
    state.context.library = { mapping: next, title: titleOf(next) }
    return true
  }
  if (/^Connecting to (.+)\.\.\.$/.test(text)) begin(state)
  const result = /^(.+) Connection (Successful|Failed)$/.exec(text)
  if (result) finish(state, result[1] ?? '', result[2] === 'Successful')
  return true
}

/** Returns false for searches within a definition and for errors of an item: other readers want those too. */
function readPlex(state: State, { text, level }: LogMessage): boolean {
  const { context } = state
  if (level === 'error') state.errors.push(text)
  const server = /^Connected to server (.+) version (\S+)$/.exec(text)
  if (server) context.emit({ type: 'server_connected', server: server[1] ?? '', version: server[2] ?? '' })
  const connected = /^Connected to library (.+)$/.exec(text)?.[1]
  if (connected !== undefined) state.title = connected
  const loaded = /^Loaded (\d+) \w+$/.exec(text)?.[1]
  if (loaded !== undefined && context.library) {
    context.emit({ type: 'loaded', library: context.library, count: Number(loaded) })
  }
  return server !== null || connected !== undefined || loaded !== undefined
}

function readMeta({ context }: State, { text, level }: LogMessage): boolean {
  const file = level === 'info' ? /^Loading Overlay File (\d+) (\w+): (.*)$/.exec(text) : null
  if (!file || !context.library) return false
  const [, number, form = '', path = ''] = file
  context.emit({ type: 'overlay_file', library: context.library, number: Number(number), form, path })
  return true
}

function begin(state: State): void {
  state.errors = []
  state.title = null
}

function finish(state: State, name: string, ok: boolean): void {
  const { context, errors } = state
  const reason = ok ? null : (errors.at(-1) ?? null)
  if (!name.endsWith(' Library') || state.display === null) {
    const login = reason !== null && asksForLogin(reason)
    context.emit({ type: 'service', name, ok, reason, asksForLogin: login })
    return
  }
  const library = namesOf(state, state.display)
  context.titles.set(library.mapping, library.title)
  context.library = library
  if (ok) context.emit({ type: 'library_connected', library })
  else context.emit({ type: 'library_failed', library, reason: reason ?? 'Kometa gave no reason' })
}

function namesOf({ title: known }: State, display: string): LibraryName {
  const title = known ?? titleOf(display)
  const hasBoth = display.startsWith(`${title} (`) && display.endsWith(')')
  return { mapping: hasBoth ? display.slice(title.length + 2, -1) : display, title }
}

/** Finds a library by a name from the middle of a line, where blanks at its ends look like padding. */
function libraryOf({ titles }: ParserContext, shown: string): LibraryName {
  const known = [...titles].find(([mapping]) => mapping === shown || mapping.trim() === shown)
  return { mapping: known?.[0] ?? shown, title: known?.[1] ?? shown }
}

/** The title in `Title (mapping)`, as a guess before Plex has reported it. */
function titleOf(display: string): string {
  const end = display.indexOf(' (', 1)
  return end > 0 && display.endsWith(')') && display.length > end + 3 ? display.slice(0, end) : display
}
