import { leavesOut } from '../words/leaves-out.ts'
import { saysNothingFits } from '../words/nothing-fits.ts'
import type { LibraryName, MatchedOverlay } from './log-events.ts'
import type { LogMessage } from './log-message.ts'
import type { LogReader, ParserContext } from './parser-context.ts'
import { type PythonValue, readPythonDict } from './python-literal.ts'

/** The definition that Kometa is working on. */
interface Open {
  library: LibraryName
  name: string
  /** Kometa said what became of the definition. */
  settled: boolean
  lastTrouble: string | null
  overlay: MatchedOverlay['overlay']
  suppresses: string[]
  /** The items that it found, from the lines of `show_unfiltered`. */
  titles: string[]
  /** The attribute whose value is on the next line. */
  attribute: string | null
  /** What Kometa left out of the definition. */
  leftOut: string[]
}

/** The most titles that are kept of one definition; a preview has few items. */
const maxTitles = 1_000

const newOpen = (library: LibraryName, name: string): Open => ({
  library,
  name,
  settled: false,
  lastTrouble: null,
  overlay: null,
  suppresses: [],
  titles: [],
  attribute: null,
  leftOut: [],
})

/** `Sort By: ['random']` and `Limit: 5` (builder.py:3827-3845). Without a limit, any order gives the same result. */
const randomSort = /^\s*Sort By: \[(?:.*, )?'random'[,\]]/
const ownLimit = /^\s*Limit: \d/

/** Reads the definitions: from `<library> Library Overlays` to `Overlay Operation for ...` (overlays.py:578-637). */
export function createCompileReader(context: ParserContext): { read: LogReader; end(): void } {
  let compiling = false
  let count = 0
  let open: Open | null = null

  const close = () => {
    if (open) endUnsettled(context, open)
    open = null
  }

  const read: LogReader = (message) => {
    const { file, level, text } = message
    const { library } = context
    if (library === null) return false
    if (file === 'overlays.py' && level === 'info' && text === `${library.title} Library Overlays`.trim()) {
      compiling = true
      count = 0
      context.emit({ type: 'overlays_started', library })
      return true
    }
    if (!compiling) return false
    if (endsCompilation(message)) {
      close()
      compiling = false
      // This line belongs to the apply reader too.
      return false
    }
    const name = definitionName(message, library)
    if (name !== null) {
      close()
      open = newOpen(library, name)
      context.emit({ type: 'definition', library, name, count: ++count })
    } else if (open) {
      readDetails(context, open, message)
      if (file === 'overlays.py' && !open.settled) open.settled = readResult(context, open, message)
    }
    return true
  }
  return { read, end: close }
}

const endsCompilation = ({ file, text }: LogMessage): boolean =>
  file === 'overlays.py' && /^(?:Overlay Operation for|Removing|No Overlays to Remove for) .*Library$/.test(text)

/** `4K Overlay in Movies` begins the definition `4K`. */
function definitionName({ file, level, text }: LogMessage, { title }: LibraryName): string | null {
  const suffix = ` Overlay in ${title}`.trimEnd()
  const begins = file === 'builder.py' && level === 'info' && text.endsWith(suffix)
  return begins ? text.slice(0, -suffix.length) : null
}

/**
 * A definition that Kometa left without a word has `ignore_blank_results` and searches for something that Plex does not
 * have (FilterFailed: builder.py:3078, 3093, overlays.py:627).
 */
function endUnsettled(context: ParserContext, { library, name, settled, lastTrouble }: Open): void {
  if (settled) return
  const reason = lastTrouble ?? 'Plex has nothing of what it searches for'
  context.emit({ type: 'definition_failed', library, name, reason, blank: true })
}

/** Notes what a line tells about the open definition. */
function readDetails(context: ParserContext, open: Open, { file, level, text, more }: LogMessage): void {
  const { library, name } = open
  if (file === 'builder.py' && text === 'Validating Method: limit') {
    context.emit({ type: 'definition_limited', library, name })
  }
  if (level === 'debug') readAttribute(open, text)
  const found = file === 'builder.py' && level === 'info' ? titleIn(text, name) : null
  if (found !== null && open.titles.length < maxTitles) open.titles.push(found)
  // A search is logged in several lines (plex.py:1581).
  if (file === 'plex.py' && more.some((line) => randomSort.test(line)) && more.some((line) => ownLimit.test(line))) {
    context.emit({ type: 'definition_random', library, name })
  }
  if (level === 'warning' || level === 'error') open.lastTrouble = text
  if (leavesOut(file, level, text)) open.leftOut.push(text)
}

/** Reads what became of the open definition; false when the line does not say that. */
function readResult(context: ParserContext, open: Open, { level, text }: LogMessage): boolean {
  const { library, name } = open
  const matched = /^(\d+) Items found for (Overlay File \((\d+)\) .*)$/.exec(text)
  const unmatched = /^No Items found for (?:Overlay File \((\d+)\) )?/.exec(text)
  if ((matched || unmatched) && open.leftOut.length > 0) {
    context.emit({ type: 'definition_faulty', library, name, reasons: open.leftOut })
  }
  if (matched) {
    const [, items, full = '', file] = matched
    const overlay = toMatched(open, { items: Number(items), full, file: Number(file) })
    const place = { library, name, file: overlay.file }
    context.emit({ type: 'definition_matched', ...place, items: overlay.items, matched: overlay })
  } else if (unmatched) {
    const file = unmatched[1] === undefined ? null : Number(unmatched[1])
    context.emit({ type: 'definition_matched', library, name, items: 0, matched: null, file })
  } else if (level === 'error') {
    context.emit({ type: 'definition_failed', library, name, reason: text, blank: saysNothingFits(text) })
  } else if (level === 'info' && text !== '' && !text.startsWith('Gathering Items for ')) {
    context.emit({ type: 'definition_skipped', library, name, reason: text })
  } else return false
  return true
}

/** `Validating Method: overlay`, with its value on the next line (builder.py:1007-1010, overlay.py:154-155). */
function readAttribute(open: Open, text: string): void {
  const value = /^Value: ?(.*)$/s.exec(text)?.[1]
  if (value !== undefined && open.attribute === 'overlay') open.overlay = overlayOf(value)
  if (value !== undefined && open.attribute === 'suppress_overlays') open.suppresses = namesOf(value)
  open.attribute = /^Validating Method: (\S+)$/.exec(text)?.[1] ?? null
}

function overlayOf(value: string): MatchedOverlay['overlay'] {
  const dict = readPythonDict(value)
  if (!dict) return value.startsWith('{') ? null : { name: value, group: null, queue: null, weight: null }
  const text = (key: string): string | null => (isSet(dict[key]) ? String(dict[key]) : null)
  const weight = Number(dict.weight ?? Number.NaN)
  return {
    name: text('name') ?? '',
    group: text('group'),
    queue: text('queue'),
    weight: Number.isInteger(weight) ? weight : null,
  }
}

const isSet = (value: PythonValue | undefined): boolean => value !== undefined && value !== null && value !== ''

/** `4K Overlay | = | Metropolis (1927)` (builder.py:3764). */
function titleIn(text: string, name: string): string | null {
  const start = `${name} Overlay | = | `
  return text.startsWith(start) ? text.slice(start.length) : null
}

function toMatched(
  { name, titles, overlay, suppresses }: Open,
  { items, full, file }: Pick<MatchedOverlay, 'items' | 'full' | 'file'>,
): MatchedOverlay {
  return { name, full, file, items, titles: titles.length === items ? titles : null, overlay, suppresses }
}

/** `['4K', "4K's"]` or `4K, HDR` (builder.py:1007-1010). */
function namesOf(value: string): string[] {
  const quoted = [...value.matchAll(/'([^']*)'|"([^"]*)"/g)].map((found) => found[1] ?? found[2] ?? '')
  return quoted.length > 0 ? quoted : value.split(',').map((name) => name.trim())
}
