import type { LogReader, ParserContext } from './log-parser.ts'

/** Errors of a definition that only say that nothing in Plex fits: default files make dozens of them (overlays.py:631). */
const blankReason = /^Plex Error: (?:No Items found in Plex|.*: No matches found with regex pattern .*|.+ not found)$/

/** From `<library> Library Overlays` to `Overlay Operation for ...`: the definitions (overlays.py:578-637, builder.py). */
export function createCompileReader(context: ParserContext): { read: LogReader; end(): void } {
  let compiling = false
  let count = 0
  let open: { name: string; settled: boolean; lastTrouble: string | null } | null = null

  const close = () => {
    const { library } = context
    // FilterFailed ends a definition without a word (overlays.py:627).
    if (open && !open.settled && library) {
      const reason = open.lastTrouble ?? 'a filter of it failed; Kometa gave no reason'
      context.emit({ type: 'definition_failed', library, name: open.name, reason, blank: false })
    }
    open = null
  }

  const read: LogReader = ({ file, level, text }) => {
    const { library } = context
    if (library === null) return false
    if (file === 'overlays.py' && level === 'info' && text === `${library.title} Library Overlays`) {
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
    const suffix = ` Overlay in ${library.title}`
    if (file === 'builder.py' && level === 'info' && text.endsWith(suffix)) {
      close()
      open = { name: text.slice(0, -suffix.length), settled: false, lastTrouble: null }
      context.emit({ type: 'definition', library, name: open.name, count: ++count })
      return true
    }
    if (!open) return true
    const { name } = open
    if (file === 'builder.py' && text === 'Validating Method: limit') {
      context.emit({ type: 'definition_limited', library, name })
    }
    if (level === 'warning' || level === 'error') open.lastTrouble = text
    if (file !== 'overlays.py' || open.settled) return true
    const matched = /^(\d+) Items found for Overlay File \(\d+\) /.exec(text)?.[1]
    if (matched !== undefined) context.emit({ type: 'definition_matched', library, name, items: Number(matched) })
    else if (text.startsWith('No Items found for '))
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
