import type { MissingCause } from '../../../contract/summary.ts'
import type { ItemResult } from '../read/log-events.ts'
import { type Explanation, explainCritical, explainStop, type StopExit } from './explain-stop.ts'
import { isLibrary, type KometaOutcome, type LibraryRun } from './kometa-outcome.ts'

export interface MissingItem {
  /** As Kometa shows it: `Title`, `Show Season 1`, `Show S01E02`, `Artist Album Name`. */
  title: string
  /** The library's key in the config or its title in Plex. */
  library: string
}

/** The function `DescribedFaults.inWords` of src/run. */
type InWords = (definition: string | null, words: string) => string

/** How many failed definitions are named. */
const namedDefinitions = 5

/**
 * Explains from Kometa's log why no poster of an item arrived. `taken` has the results that belong to other items,
 * because titles are not unique (see `overlaysByCapture`). `searchWords` says what the library's own definitions
 * search for and Plex does not have. `inWords` returns what to say instead of Kometa's words for a definition or a
 * file.
 */
export function explainMissing(
  record: KometaOutcome,
  exit: StopExit,
  { title, library }: MissingItem,
  taken: ReadonlySet<ItemResult> = new Set(),
  searchWords = '',
  inWords: InWords = (_definition, words) => words,
): Explanation {
  const runs = record.runs.filter((run) => isLibrary(run.library, library))
  const results = runs.flatMap((run) => run.items).filter((item) => item.title === title && !taken.has(item))
  // A failure tells more than a success without a picture.
  const result = results.find((item) => item.outcome === 'failed') ?? results.at(-1)
  if (result?.outcome === 'unfinished' && runs.some(({ mixed }) => mixed)) return untold
  if (result) return explainResult(result, exit)

  if (runs.some(({ unrestored }) => unrestored.includes(title))) return unrestored(title)

  const failed = record.failedLibraries.find((each) => isLibrary(each.library, library))
  if (failed) {
    const reason = `Kometa could not use the library ${library}: ${failed.reason}`
    return { reason, logLines: [failed.reason], because: 'error' }
  }
  const critical = record.criticals.find((each) => each.library !== null && isLibrary(each.library, library))
  if (critical) return explainCritical(critical)
  const stop = explainStop(record, exit)
  if (stop && !runs.some((run) => run.finished)) return stop
  if (runs.length === 0) {
    const reason = `Kometa did not work on the library ${library}.`
    return { reason, logLines: errorsOf(record, library), because: endOf(exit) }
  }
  return explainNoMatch(record, runs, library, { searchWords, inWords })
}

/** Kometa continues after this error, and the label stays (overlays.py:720). */
const unrestored = (title: string): Explanation => ({
  reason:
    'Kometa would remove its overlays, but finds no clean poster to put back: no backup, none in Plex, none at TMDb. ' +
    'The overlays and the label Overlay stay.',
  logLines: [`No Poster found to restore for ${title}`],
  because: 'error',
})

const untold: Explanation = {
  reason: 'Kometa drew several items at once, and its log does not tell what became of this one.',
  logLines: [],
  because: 'doubtful',
}

/** A cancelled run did not look for everything. */
const endOf = (exit: StopExit): MissingCause => (exit.cause === 'cancelled' ? 'cancelled' : 'error')

function explainResult(result: ItemResult, exit: StopExit): Explanation {
  const { outcome, reason, overlays, logLines } = result
  const names = overlays.map(({ name }) => name).join(', ')
  const words: Record<ItemResult['outcome'], string> = {
    failed: `Kometa could not draw it: ${reason ?? 'it gave no reason'}`,
    unfinished: 'Kometa stopped while it worked on this item.',
    unchanged: `Kometa saw nothing to change; it says that the item already has these overlays: ${names}`,
    applied: `Kometa says that it applied ${names}, but no poster of this item arrived.`,
  }
  const because = outcome === 'unchanged' ? 'untouched' : outcome === 'failed' ? 'error' : endOf(exit)
  return { reason: words[outcome], logLines, because }
}

function explainNoMatch(
  record: KometaOutcome,
  runs: readonly LibraryRun[],
  library: string,
  { searchWords, inWords }: { searchWords: string; inWords: InWords },
): Explanation {
  if (runs.every((run) => run.finished && !run.applies)) {
    return {
      reason: 'The library has remove_overlays: true, and this item wears no overlay.',
      logLines: [],
      because: 'untouched',
    }
  }
  const files = record.failedFiles.filter((each) => isLibrary(each.library, library))
  const failed = runs.flatMap((run) => run.failed)
  const parts = ['No overlay matched this item.']
  if (files.length > 0)
    parts.push(
      `Overlay files that Kometa could not load: ${files.map(({ reason }) => inWords(null, reason)).join('; ')}.`,
    )
  if (failed.length > 0) {
    const named = failed.slice(0, namedDefinitions).map(({ name, reason }) => `${name} (${inWords(name, reason)})`)
    const more = failed.length > namedDefinitions ? ` and ${failed.length - namedDefinitions} more` : ''
    parts.push(`Definitions that failed: ${named.join(', ')}${more}.`)
  }
  if (searchWords !== '') parts.push(searchWords)
  const logLines = [...files, ...failed].map(({ reason }) => reason).slice(0, 20)
  return { reason: parts.join(' '), logLines, because: files.length + failed.length > 0 ? 'doubtful' : 'untouched' }
}

function errorsOf(record: KometaOutcome, library: string): string[] {
  return record.errors
    .filter((each) => each.library !== null && isLibrary(each.library, library))
    .map(({ text }) => text)
    .slice(-10)
}
