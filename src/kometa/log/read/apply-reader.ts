import type { ItemResult, OverlayName } from './log-events.ts'
import type { LogRecord } from './log-message.ts'
import type { LogReader, ParserContext } from './log-parser.ts'

/** The title of an item that the log does not name. */
export const unnamed = ''
/** An item has a handful of lines. */
const maxItemLines = 50

/** From the compiled overlays to the end of a library: removal, then one item after the other (overlays.py:36-576). */
export function createApplyReader(context: ParserContext): { read: LogReader; end(): void } {
  let applying = false
  /** Kometa names each item before it says what it applied (from 2.2.1 on). */
  let named = false
  let item: ItemResult | null = null
  /** When the item before this one ended, or the first one could begin. */
  let free: number | null = null
  /** What Kometa said since the last item ended: it belongs to the next one, which it names only later. */
  let early: { text: string; at: number | null; level: LogRecord['level'] }[] = []

  const finish = (outcome: ItemResult['outcome'], changes: Partial<ItemResult>) => {
    if (item) context.emit({ type: 'item_ended', result: { ...item, ...changes, outcome } })
    free = changes.endedAt ?? free
    item = null
    early = []
  }
  /** An item of which nothing more came: the log broke off, or Kometa left it without a word. */
  const abandon = () => {
    if (item) finish(item.reason === null ? 'unfinished' : 'failed', {})
  }

  function begin(
    title: string,
    index: number | null,
    total: number | null,
    at: number | null,
    lines: readonly string[],
  ): void {
    if (!context.library) return
    const notes = early.filter(({ level }) => level === 'warning' || level === 'error').map(({ text }) => text)
    item = {
      library: context.library,
      title,
      index,
      total,
      outcome: 'unfinished',
      overlays: [],
      reason: null,
      warnings: notes,
      // Asset art is uploaded before Kometa names the item (overlays.py:168-173).
      startedAt: at,
      endedAt: null,
      logLines: [...notes, ...lines],
    }
  }

  function readItem({ level, text, more, at }: LogRecord): void {
    const started = level === 'info' ? /^\((\d+)\/(\d+)\) (.*)$/.exec(text) : null
    if (started) {
      named = true
      abandon()
      const [index, total, title] = [Number(started[1]), Number(started[2]), started[3] ?? '']
      begin(title, index, total, at, [text])
      if (context.library) context.emit({ type: 'item_started', library: context.library, index, total, title })
      return
    }
    const said = [text, ...more.map((line) => line.trim())].filter((line) => line !== '')
    if (item && level !== 'debug') item.logLines = [...item.logLines, ...said].slice(0, maxItemLines)
    const attempted = said.map(parseAttempted).find((each) => each !== null)
    if (level === 'error' && attempted) {
      failed(attempted, said, at)
      return
    }
    const applied = /^Overlays Applied:(?: (.*))?$/.exec(text)
    const current = /^Overlay Update Not Needed(?: \(Current Overlays: (.*)\))?$/.exec(text)
    if (!item && named && (applied || current)) {
      if (context.library) context.emit({ type: 'items_mixed', library: context.library })
      return
    }
    // Before 2.2.1 Kometa names an item in its log only when it fails.
    if (!item && (applied || current)) begin(unnamed, null, null, free ?? at, [text])
    if (applied) finish('applied', { overlays: parseOverlayNames(applied[1] ?? ''), endedAt: at })
    else if (current) finish('unchanged', { overlays: parseOverlayNames(current[1] ?? ''), endedAt: at })
    else if (level === 'error' && item && text === 'Overlay Error: No poster found') {
      finish('failed', { reason: text, endedAt: at })
    } else if (text !== '' && level !== 'debug') note({ text, at, level })
  }

  function note(said: (typeof early)[number]): void {
    if (said.level === 'warning') item?.warnings.push(said.text)
    early.push(said)
    if (early.length > maxItemLines) early.shift()
  }

  /** Some failures come before Kometa names the item: then this line is all there is of it (overlays.py:117, 562, 568). */
  function failed({ title, overlays }: Attempted, lines: readonly string[], at: number | null): void {
    const said = early
    const [text = ''] = lines
    if (item && item.title !== title) abandon()
    if (!item) {
      early = said.filter(({ level }) => level === 'warning')
      begin(title, null, null, said[0]?.at ?? at, lines)
    }
    // An unexpected error is logged as two lines of info, its text and its class, before the error line (overlays.py:564-568).
    const ownWords = text.startsWith('Overlays Attempted on ') ? said.slice(-2).map((each) => each.text) : [text]
    finish('failed', { overlays, reason: ownWords.join(' ') || text, endedAt: at })
  }

  const read: LogReader = (record) => {
    const { library } = context
    const { file, text, level } = record
    if (library === null) return false
    if (file === 'overlays.py' && level === 'info') {
      const place = `the ${library.title} Library`
      if (text === `Removing Overlays for ${place}` || text === `Removing All Overlays for ${place}`) {
        context.emit({ type: 'removing', library, all: text.startsWith('Removing All') })
        return true
      }
      if (text === `No Overlays to Remove for ${place}`) {
        context.emit({ type: 'nothing_to_remove', library })
        return true
      }
      if (text === `Applying Overlays for ${place}` || text === `Re-Applying Overlays for ${place}`) {
        applying = true
        named = false
        free = record.at
        early = []
        context.emit({ type: 'applying', library, again: text.startsWith('Re-') })
        return true
      }
      if (text === `Finished ${library.title} Library Overlays`) {
        abandon()
        applying = false
        context.emit({ type: 'overlays_finished', library })
        return true
      }
    }
    const unrestored = /^No Poster found to restore for (.*)$/.exec(text)?.[1]
    if (file === 'overlays.py' && level === 'error' && unrestored !== undefined) {
      context.emit({ type: 'restore_failed', library, title: unrestored })
    }
    if (!applying) return false
    // An error that Kometa did not expect ends the library (kometa.py:991-993).
    if (level === 'critical') {
      abandon()
      applying = false
    } else if (file !== 'kometa.py') readItem(record)
    return true
  }
  return { read, end: abandon }
}

/** `Overlay File (0) A, Overlay File (1) B, C` -> A and `B, C`. */
export function parseOverlayNames(list: string): OverlayName[] {
  return list
    .split(/, (?=Overlay File \(\d{1,9}\) )/)
    .filter((full) => full !== '')
    .map((full) => ({ name: full.replace(/^Overlay File \(\d+\) /, ''), full }))
}

interface Attempted {
  title: string
  overlays: OverlayName[]
}

const attempted = 'Overlays Attempted on '

/** `Overlays Attempted on <title>: Overlay File (0) A`; a title may hold a colon. */
function parseAttempted(line: string): Attempted | null {
  if (!line.startsWith(attempted)) return null
  const rest = line.slice(attempted.length)
  const end = rest.search(/: (?:$|Overlay File \(\d{1,9}\) )/)
  return end < 0 ? null : { title: rest.slice(0, end), overlays: parseOverlayNames(rest.slice(end + 2)) }
}
