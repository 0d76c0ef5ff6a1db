import { saysNothingFits } from '../../../contract/nothing-fits.ts'
import { leavesOut } from '../words/leaves-out.ts'
import type { MatchedOverlay } from './log-events.ts'
import type { LogReader, ParserContext } from './log-parser.ts'
import { type PythonValue, readPythonDict } from './python-literal.ts'

interface Open {
  name: string
  settled: boolean
  lastTrouble: string | null
  overlay: MatchedOverlay['overlay']
  suppresses: string[]
  /** What it found, by the lines of `show_unfiltered`. */
  titles: string[]
  /** The attribute whose value is in the next line. */
  attribute: string | null
  /** What Kometa left out of it. */
  leftOut: string[]
}

/** Titles of one definition: a preview has a handful of items. */
const maxTitles = 1_000

const newOpen = (name: string): Open => ({
  name,
  settled: false,
  lastTrouble: null,
  overlay: null,
  suppresses: [],
  titles: [],
  attribute: null,
  leftOut: [],
})

/** `Sort By: ['random']` and `Limit: 5` (builder.py:3827-3845): without a limit every order finds the same items. */
const randomSort = /^\s*Sort By: \[(?:.*, )?'random'[,\]]/
const ownLimit = /^\s*Limit: \d/

/** From `<library> Library Overlays` to `Overlay Operation for ...`: the definitions (overlays.py:578-637, builder.py). */
export function createCompileReader(context: ParserContext): { read: LogReader; end(): void } {
  let compiling = false
  let count = 0
  let open: Open | null = null

  const close = () => {
    const { library } = context
    // Without a word Kometa ends only a definition with `ignore_blank_results` that searches for nothing that Plex has
    // (FilterFailed: builder.py:3078, 3093, overlays.py:627).
    if (open && !open.settled && library) {
      const reason = open.lastTrouble ?? 'Plex has nothing of what it searches for'
      context.emit({ type: 'definition_failed', library, name: open.name, reason, blank: true })
    }
    open = null
  }

  const read: LogReader = ({ file, level, text, more }) => {
    const { library } = context
    if (library === null) return false
    if (file === 'overlays.py' && level === 'info' && text === `${library.title} Library Overlays`.trim()) {
      compiling = true
      count = 0
      context.emit({ type: 'overlays_started', library })
      return true
    }
    if (!compiling) return false
    if (
      file === 'overlays.py' &&
      /^(?:Overlay Operation for|Removing|No Overlays to Remove for) .*Library$/.test(text)
    ) {
      close()
      compiling = false
      // What follows the compilation is the apply reader's, this line as well.
      return false
    }
    const suffix = ` Overlay in ${library.title}`.trimEnd()
    if (file === 'builder.py' && level === 'info' && text.endsWith(suffix)) {
      close()
      open = newOpen(text.slice(0, -suffix.length))
      context.emit({ type: 'definition', library, name: open.name, count: ++count })
      return true
    }
    if (!open) return true
    const { name } = open
    if (file === 'builder.py' && text === 'Validating Method: limit') {
      context.emit({ type: 'definition_limited', library, name })
    }
    if (level === 'debug') readAttribute(open, text)
    const found = file === 'builder.py' && level === 'info' ? titleIn(text, name) : null
    if (found !== null && open.titles.length < maxTitles) open.titles.push(found)
    // plex.py:1581 logs what it searches for in several lines.
    if (file === 'plex.py' && more.some((line) => randomSort.test(line)) && more.some((line) => ownLimit.test(line))) {
      context.emit({ type: 'definition_random', library, name })
    }
    if (level === 'warning' || level === 'error') open.lastTrouble = text
    if (leavesOut(file, level, text)) open.leftOut.push(text)
    if (file !== 'overlays.py' || open.settled) return true
    const matched = /^(\d+) Items found for (Overlay File \((\d+)\) .*)$/.exec(text)
    const unmatched = /^No Items found for (?:Overlay File \((\d+)\) )?/.exec(text)
    if ((matched || unmatched) && open.leftOut.length > 0) {
      context.emit({ type: 'definition_faulty', library, name, reasons: open.leftOut })
    }
    if (matched) {
      const items = Number(matched[1])
      context.emit({
        type: 'definition_matched',
        library,
        name,
        items,
        matched: toMatched(open, items, matched[2] ?? ''),
        file: Number(matched[3]),
      })
    } else if (unmatched) {
      const number = unmatched[1] === undefined ? null : Number(unmatched[1])
      context.emit({ type: 'definition_matched', library, name, items: 0, matched: null, file: number })
    } else if (level === 'error') {
      context.emit({ type: 'definition_failed', library, name, reason: text, blank: saysNothingFits(text) })
    } else if (level === 'info' && text !== '' && !text.startsWith('Gathering Items for ')) {
      context.emit({ type: 'definition_skipped', library, name, reason: text })
    } else return true
    open.settled = true
    return true
  }
  return { read, end: close }
}

/** `Validating Method: overlay`, and its value in the line after it (builder.py:1007-1010, overlay.py:154-155). */
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

function toMatched({ name, titles, overlay, suppresses }: Open, items: number, full: string): MatchedOverlay {
  return { name, full, items, titles: titles.length === items ? titles : null, overlay, suppresses }
}

/** `['4K', "4K's"]` or `4K, HDR` (builder.py:1007-1010). */
function namesOf(value: string): string[] {
  const quoted = [...value.matchAll(/'([^']*)'|"([^"]*)"/g)].map((found) => found[1] ?? found[2] ?? '')
  return quoted.length > 0 ? quoted : value.split(',').map((name) => name.trim())
}
