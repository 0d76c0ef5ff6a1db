import type { LogReader, ParserContext } from './log-parser.ts'

/** Errors of a definition that only say that nothing in Plex fits: default files make dozens of them (overlays.py:631). */
const blankReason = /^Plex Error: (?:No Items found in Plex|.*: No matches found with regex pattern .*|.+ not found)$/

interface Open {
  name: string
  settled: boolean
  lastTrouble: string | null
  rank: { group: string; weight: number } | null
  suppresses: string[]
  /** The next line has the names that it suppresses. */
  namesFollow: boolean
}

const newOpen: Omit<Open, 'name'> = {
  settled: false,
  lastTrouble: null,
  rank: null,
  suppresses: [],
  namesFollow: false,
}

/** `Sort By: ['random']` (builder.py:3827). */
const randomSort = /^\s*Sort By: \[(?:.*, )?'random'[,\]]/

/** From `<library> Library Overlays` to `Overlay Operation for ...`: the definitions (overlays.py:578-637, builder.py). */
export function createCompileReader(context: ParserContext): { read: LogReader; end(): void } {
  let compiling = false
  let count = 0
  let open: Open | null = null

  const close = () => {
    const { library } = context
    // FilterFailed ends a definition without a word (overlays.py:627).
    if (open && !open.settled && library) {
      const reason = open.lastTrouble ?? 'a filter of it failed; Kometa gave no reason'
      context.emit({ type: 'definition_failed', library, name: open.name, reason, blank: false })
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
      open = { ...newOpen, name: text.slice(0, -suffix.length) }
      context.emit({ type: 'definition', library, name: open.name, count: ++count })
      return true
    }
    if (!open) return true
    const { name } = open
    if (file === 'builder.py' && text === 'Validating Method: limit') {
      context.emit({ type: 'definition_limited', library, name })
    }
    if (file === 'meta.py' && level === 'debug') open.rank = rankOf(text) ?? open.rank
    if (file === 'builder.py' && level === 'debug') {
      if (open.namesFollow) open.suppresses = namesOf(text)
      open.namesFollow = text === 'Validating Method: suppress_overlays'
    }
    // plex.py:1581 logs what it searches for in several lines.
    if (file === 'plex.py' && more.some((line) => randomSort.test(line))) {
      context.emit({ type: 'definition_random', library, name })
    }
    if (level === 'warning' || level === 'error') open.lastTrouble = text
    if (file !== 'overlays.py' || open.settled) return true
    const matched = /^(\d+) Items found for (Overlay File \(\d+\) .*)$/.exec(text)
    if (matched) {
      const items = Number(matched[1])
      context.emit({ type: 'definition_matched', library, name, items })
      const full = matched[2] ?? ''
      // One that matches nothing suppresses nothing: default files name each other by the dozen.
      if (open.suppresses.length > 0) {
        context.emit({ type: 'definition_suppresses', library, names: open.suppresses })
      }
      if (open.rank) context.emit({ type: 'definition_ranked', library, overlay: { name, full, ...open.rank, items } })
    } else if (text.startsWith('No Items found for '))
      context.emit({ type: 'definition_matched', library, name, items: 0 })
    else if (level === 'error') {
      context.emit({ type: 'definition_failed', library, name, reason: text, blank: blankReason.test(text) })
    } else if (level === 'info' && text !== '' && !text.startsWith('Gathering Items for ')) {
      context.emit({ type: 'definition_skipped', library, name, reason: text })
    } else return true
    open.settled = true
    return true
  }
  return { read, end: close }
}

/** Of `{'plex_all': True, 'overlay': {'name': '4K', 'group': 'resolution', 'weight': 130}}`, as Python prints it (meta.py:602). */
function rankOf(text: string): Open['rank'] {
  const overlay = /^\{.*'overlay': \{([^{}]*)\}/.exec(text)?.[1] ?? ''
  const group = /(?:^|, )'group': (?:'([^']*)'|"([^"]*)")/.exec(overlay)
  const weight = /(?:^|, )'weight': '?(\d+)'?(?:,|$)/.exec(overlay)?.[1]
  const name = group?.[1] ?? group?.[2] ?? ''
  return name === '' || weight === undefined ? null : { group: name, weight: Number(weight) }
}

/** `Value: ['4K', "4K's"]` or `Value: 4K, HDR` (builder.py:1007-1010). */
function namesOf(text: string): string[] {
  const value = text.replace(/^Value: /, '')
  const quoted = [...value.matchAll(/'([^']*)'|"([^"]*)"/g)].map((found) => found[1] ?? found[2] ?? '')
  return quoted.length > 0 ? quoted : value.split(',').map((name) => name.trim())
}
