import type { ItemResult, KometaEvent, LibraryName, MatchedOverlay } from '../read/log-events.ts'
import { createFaultRecorder, type LoggedFault, type LoggedLibrary } from './kometa-faults.ts'

/** Error messages that are kept for explanations; default files alone make dozens of harmless ones. */
const maxMessages = 500

export interface Critical {
  text: string
  /** Further lines of the message. */
  lines: string[]
  /** The library that it ended; null when it ended the whole run. */
  library: LibraryName | null
  /** Kometa's modules in the traceback, the innermost last. */
  modules: string[]
  /** The request that was refused, in words, where that made it. */
  refused: string | null
}

/** One pass of Kometa over one library of the config. */
export interface LibraryRun {
  library: LibraryName
  /** False when Kometa left it before its end. */
  finished: boolean
  /** How many definitions were read. */
  definitions: number
  /** Definitions that matched at least one item, in Kometa's order. */
  matched: MatchedOverlay[]
  /** Definitions with `limit:`. */
  limited: string[]
  /** Definitions with a search in random order. */
  random: string[]
  /** Definitions that Kometa dropped because of an error; those that just match nothing are not among them. */
  failed: { name: string; reason: string }[]
  /** False when Kometa only takes overlays off: then it says nothing of applying any (overlays.py:72). */
  applies: boolean
  /** `reapply_overlays`: also what has not changed. */
  reapplies: boolean
  /** Titles of items whose overlays Kometa would take off, and for which it found no clean poster. */
  unrestored: string[]
  /** Several items were drawn at once: the log does not tell which of them got what. */
  mixed: boolean
  items: ItemResult[]
}

/** What a run of Kometa came to, by its own words. */
export interface KometaRecord {
  version: string | null
  /** Why it did not get as far as its log. */
  startupFailure: string | null
  started: boolean
  /** `Finished ... Run` was logged. Kometa logs it after most failures too. */
  finished: boolean
  criticals: Critical[]
  connected: LibraryName[]
  failedLibraries: { library: LibraryName; reason: string }[]
  /** Overlay files that Kometa began to load: the last one of a number is the one that has it. */
  overlayFiles: { library: LibraryName; number: number; form: string; path: string }[]
  failedFiles: { library: LibraryName; reason: string }[]
  failedServices: { name: string; reason: string | null }[]
  runs: LibraryRun[]
  /** Errors in order, with their library. */
  errors: { text: string; library: LibraryName | null }[]
  /** What Kometa left out of the config. */
  faults: readonly LoggedFault[]
  /** Where it stands. */
  libraries: readonly LoggedLibrary[]
}

export interface KometaRecorder {
  readonly record: KometaRecord
  add(event: KometaEvent): void
}

/** Sums events up as they come. */
export function createKometaRecorder(): KometaRecorder {
  const left = createFaultRecorder()
  const record: KometaRecord = {
    version: null,
    startupFailure: null,
    started: false,
    finished: false,
    criticals: [],
    connected: [],
    failedLibraries: [],
    overlayFiles: [],
    failedFiles: [],
    failedServices: [],
    runs: [],
    errors: [],
    faults: left.faults,
    libraries: left.libraries,
  }
  const current = () => record.runs.at(-1)

  function add(event: KometaEvent): void {
    left.add(event)
    switch (event.type) {
      case 'version':
        record.version = event.version
        break
      case 'startup_failed':
        record.startupFailure = event.text
        break
      case 'run_started':
        record.started = true
        break
      case 'run_finished':
        record.finished = true
        break
      case 'service':
        if (!event.ok) record.failedServices.push({ name: event.name, reason: event.reason })
        break
      case 'library_connected':
        record.connected.push(event.library)
        break
      case 'library_failed':
        record.failedLibraries.push({ library: event.library, reason: event.reason })
        break
      case 'overlay_file': {
        const { library, number, form, path } = event
        record.overlayFiles.push({ library, number, form, path })
        break
      }
      case 'overlay_file_failed':
        record.failedFiles.push({ library: event.library, reason: event.reason })
        break
      case 'library_started':
        record.runs.push(newRun(event.library))
        break
      case 'message':
        addMessage(event)
        break
      default:
        addToRun(event)
    }
  }

  function addMessage({ level, text, lines, library, modules }: Extract<KometaEvent, { type: 'message' }>): void {
    // Before the first library is worked on, a critical error is not about the one that was connected last.
    if (level === 'critical')
      record.criticals.push({ text, lines, library: record.runs.length > 0 ? library : null, modules, refused: null })
    if (level === 'error' && record.errors.length < maxMessages) record.errors.push({ text, library })
  }

  function addToRun(event: KometaEvent): void {
    const run = current()
    if (!run) return
    if (event.type === 'definition') run.definitions = event.count
    else if (event.type === 'definition_limited') run.limited.push(event.name)
    else if (event.type === 'definition_random') run.random.push(event.name)
    else if (event.type === 'definition_matched' && event.matched) run.matched.push(event.matched)
    else if (event.type === 'definition_failed' && !event.blank)
      run.failed.push({ name: event.name, reason: event.reason })
    else if (event.type === 'applying') {
      run.applies = true
      run.reapplies = event.again
    } else if (event.type === 'restore_failed') run.unrestored.push(event.title)
    else if (event.type === 'item_ended') run.items.push(run.mixed ? untold(event.result) : event.result)
    else if (event.type === 'items_mixed' && !run.mixed) {
      run.mixed = true
      run.items = run.items.map(untold)
    } else if (event.type === 'overlays_finished') run.finished = true
  }
  return { record, add }
}

/** A failure names its item. All else may be said of another one. */
const untold = (item: ItemResult): ItemResult =>
  item.outcome === 'failed' ? item : { ...item, outcome: 'unfinished', overlays: [], warnings: [], logLines: [] }

const newRun = (library: LibraryName): LibraryRun => ({
  library,
  finished: false,
  definitions: 0,
  matched: [],
  limited: [],
  random: [],
  failed: [],
  applies: false,
  reapplies: false,
  unrestored: [],
  mixed: false,
  items: [],
})

/** The same for events that are all there. */
export function summarizeKometa(events: Iterable<KometaEvent>): KometaRecord {
  const recorder = createKometaRecorder()
  for (const event of events) recorder.add(event)
  return recorder.record
}

/** A library is asked for by its key in the config or its title in Plex. */
export function isLibrary({ mapping, title }: LibraryName, wanted: string): boolean {
  return mapping === wanted || title === wanted
}
