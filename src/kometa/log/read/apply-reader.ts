import { createItemReader } from './item-reader.ts'
import type { KometaEventBody, LibraryName } from './log-events.ts'
import type { LogMessage } from './log-message.ts'
import type { LogReader, ParserContext } from './parser-context.ts'

/** Reads the part after the definitions: Kometa removes overlays, then draws item by item (overlays.py:36-576). */
export function createApplyReader(context: ParserContext): { read: LogReader; end(): void } {
  const items = createItemReader(context)
  let applying = false

  const read: LogReader = (message) => {
    const { library } = context
    if (library === null) return false
    const step = stepOf(message, library)
    if (step !== null) {
      if (step.type === 'applying') items.start(message.at)
      if (step.type === 'overlays_finished') items.abandon()
      if (step.type === 'applying' || step.type === 'overlays_finished') applying = step.type === 'applying'
      context.emit(step)
      return true
    }
    const title = unrestoredTitle(message)
    if (title !== undefined) context.emit({ type: 'restore_failed', library, title })
    if (!applying) return false
    // An error that Kometa did not expect ends the library (kometa.py:991-993).
    if (message.level === 'critical') {
      items.abandon()
      applying = false
    } else if (message.file !== 'kometa.py') items.read(message)
    return true
  }
  return { read, end: items.abandon }
}

/** The event for a line about the whole library. */
function stepOf({ file, level, text }: LogMessage, library: LibraryName): KometaEventBody | null {
  if (file !== 'overlays.py' || level !== 'info') return null
  switch (text) {
    case `Removing Overlays for the ${library.title} Library`:
      return { type: 'removing', library, all: false }
    case `Removing All Overlays for the ${library.title} Library`:
      return { type: 'removing', library, all: true }
    case `No Overlays to Remove for the ${library.title} Library`:
      return { type: 'nothing_to_remove', library }
    case `Applying Overlays for the ${library.title} Library`:
      return { type: 'applying', library, again: false }
    case `Re-Applying Overlays for the ${library.title} Library`:
      return { type: 'applying', library, again: true }
    case `Finished ${library.title} Library Overlays`:
      return { type: 'overlays_finished', library }
    default:
      return null
  }
}

const unrestoredTitle = ({ file, level, text }: LogMessage): string | undefined =>
  file === 'overlays.py' && level === 'error' ? /^No Poster found to restore for (.*)$/.exec(text)?.[1] : undefined
