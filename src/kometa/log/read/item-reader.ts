import { parseOverlayNames } from '../words/overlay-names.ts'
import type { ItemResult, OverlayName } from './log-events.ts'
import type { LogMessage } from './log-message.ts'
import type { ParserContext } from './parser-context.ts'

/** The title of an item that the log does not name. */
export const unnamed = ''
/** The most lines that are kept of one item; a few are normal. */
const maxItemLines = 50

interface Said {
  text: string
  at: number | null
  level: LogMessage['level']
}

interface State {
  context: ParserContext
  /** Kometa names each item before it says what it applied (from 2.2.1 on). */
  named: boolean
  /** The item that Kometa named last and has not finished. */
  item: ItemResult | null
  /** When the previous item ended, or when the first one could begin. */
  freeAt: number | null
  /** What Kometa said since the last item ended. It belongs to the next item, which Kometa names later. */
  early: Said[]
}

export interface ItemReader {
  /** Kometa begins to draw the items of a library. */
  start(at: number | null): void
  read(message: LogMessage): void
  /** Ends an item of which nothing more came: the log broke off, or Kometa left the item without a word. */
  abandon(): void
}

/** Reads what Kometa does with one item after the other. */
export function createItemReader(context: ParserContext): ItemReader {
  const state: State = { context, named: false, item: null, freeAt: null, early: [] }
  return {
    start: (at) => Object.assign(state, { named: false, freeAt: at, early: [] }),
    read: (message) => readMessage(state, message),
    abandon: () => abandon(state),
  }
}

function readMessage(state: State, message: LogMessage): void {
  const { level, text, more, at } = message
  const started = level === 'info' ? /^\((\d+)\/(\d+)\) (.*)$/.exec(text) : null
  if (started) {
    const [, index, total, title = ''] = started
    startItem(state, { text, at, title, index: Number(index), total: Number(total) })
    return
  }
  const lines = [text, ...more.map((line) => line.trim())].filter((line) => line !== '')
  if (state.item && level !== 'debug') {
    state.item.logLines = [...state.item.logLines, ...lines].slice(0, maxItemLines)
  }
  const attempted = lines.map(parseAttempted).find((each) => each !== null)
  if (level === 'error' && attempted) failAttempt(state, attempted, { lines, at })
  else if (!readOutcome(state, message) && text !== '' && level !== 'debug') keepEarly(state, { text, at, level })
}

function startItem(
  state: State,
  { text, at, title, index, total }: { text: string; at: number | null; title: string; index: number; total: number },
): void {
  const { library } = state.context
  state.named = true
  abandon(state)
  begin(state, { title, index, total, at, lines: [text] })
  if (library) state.context.emit({ type: 'item_started', library, index, total, title })
}

/** Reads the line that ends an item; false for any other line. */
function readOutcome(state: State, { level, text, at }: LogMessage): boolean {
  const applied = /^Overlays Applied:(?: (.*))?$/.exec(text)
  const current = /^Overlay Update Not Needed(?: \(Current Overlays: (.*)\))?$/.exec(text)
  const result = applied ?? current
  if (result === null) {
    const noPoster = level === 'error' && state.item !== null && text === 'Overlay Error: No poster found'
    if (noPoster) finish(state, 'failed', { reason: text, endedAt: at })
    return noPoster
  }
  if (!state.item && state.named) {
    const { library } = state.context
    if (library) state.context.emit({ type: 'items_mixed', library })
    return true
  }
  // Before 2.2.1, Kometa names an item in its log only when it fails.
  if (!state.item) {
    begin(state, { title: unnamed, index: null, total: null, at: state.freeAt ?? at, lines: [text] })
  }
  const overlays = parseOverlayNames(result[1] ?? '')
  finish(state, applied ? 'applied' : 'unchanged', { overlays, endedAt: at })
  return true
}

/** A failure can come before Kometa names the item; then this line is all the log has (overlays.py:117, 562, 568). */
function failAttempt(
  state: State,
  { title, overlays }: Attempted,
  { lines, at }: { lines: readonly string[]; at: number | null },
): void {
  const said = state.early
  const [text = ''] = lines
  if (state.item && state.item.title !== title) abandon(state)
  if (!state.item) {
    state.early = said.filter(({ level }) => level === 'warning')
    begin(state, { title, index: null, total: null, at: said[0]?.at ?? at, lines })
  }
  // Kometa logs an unexpected error as two info lines before this one: its text and its class (overlays.py:564-568).
  const ownWords = text.startsWith(attemptedPrefix) ? said.slice(-2).map((each) => each.text) : [text]
  finish(state, 'failed', { overlays, reason: ownWords.join(' ') || text, endedAt: at })
}

function keepEarly(state: State, said: Said): void {
  if (said.level === 'warning') state.item?.warnings.push(said.text)
  state.early.push(said)
  if (state.early.length > maxItemLines) state.early.shift()
}

function begin(
  state: State,
  {
    title,
    index,
    total,
    at,
    lines,
  }: Pick<ItemResult, 'title' | 'index' | 'total'> & {
    at: number | null
    lines: readonly string[]
  },
): void {
  const { library } = state.context
  if (!library) return
  const notes = state.early.filter(({ level }) => level === 'warning' || level === 'error').map(({ text }) => text)
  state.item = {
    ...{ library, title, index, total },
    outcome: 'unfinished',
    overlays: [],
    reason: null,
    warnings: notes,
    // Art from assets is uploaded before this time, but only posters are matched by time (overlays.py:168-173).
    startedAt: at,
    endedAt: null,
    logLines: [...notes, ...lines],
  }
}

function finish(state: State, outcome: ItemResult['outcome'], changes: Partial<ItemResult>): void {
  if (state.item) state.context.emit({ type: 'item_ended', result: { ...state.item, ...changes, outcome } })
  state.freeAt = changes.endedAt ?? state.freeAt
  state.item = null
  state.early = []
}

function abandon(state: State): void {
  if (state.item) finish(state, state.item.reason === null ? 'unfinished' : 'failed', {})
}

interface Attempted {
  title: string
  overlays: OverlayName[]
}

const attemptedPrefix = 'Overlays Attempted on '

/** `Overlays Attempted on <title>: Overlay File (0) A`; a title may contain a colon. */
function parseAttempted(line: string): Attempted | null {
  if (!line.startsWith(attemptedPrefix)) return null
  const rest = line.slice(attemptedPrefix.length)
  const end = rest.search(/: (?:$|Overlay File \(\d{1,9}\) )/)
  return end < 0 ? null : { title: rest.slice(0, end), overlays: parseOverlayNames(rest.slice(end + 2)) }
}
