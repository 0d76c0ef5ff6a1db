import type { FailedService, ItemResult, KometaEvent, LibraryName, MatchedOverlay } from '../read/log-events.ts'
import { createFaultRecorder, type LoggedFault, type LoggedLibrary } from './kometa-faults.ts'

/** The most error messages that are kept for explanations; default files alone cause dozens of harmless ones. */
const maxMessages = 500

export interface Critical {
  text: string
  /** Further lines of the message. */
  lines: string[]
  /** The library that the error ended; null when it ended the whole run. */
  library: LibraryName | null
  /** Kometa's modules in the traceback, the innermost last. */
  modules: string[]
  /** Words about the refused request that caused the error, if one did. */
  refused: string | null
}

/** One pass of Kometa over one library of the config. */
export interface LibraryRun {
  library: LibraryName
  /** False when Kometa left the library before its end. */
  finished: boolean
  /** How many definitions Kometa read. */
  definitions: number
  /** Definitions that matched at least one item, in Kometa's order. */
  matched: MatchedOverlay[]
  /** Definitions with `limit:`. */
  limited: string[]
  /** Definitions with a search in random order. */
  random: string[]
  /** Definitions that Kometa dropped because of an error; definitions without a match are not among them. */
  failed: { name: string; reason: string }[]
  /** False when Kometa only removes overlays; its log then mentions no applying (overlays.py:72). */
  applies: boolean
  /** `reapply_overlays` is on: Kometa also draws what has not changed. */
  reapplies: boolean
  /** Titles of items whose overlays Kometa would remove, but for which it found no clean poster. */
  unrestored: string[]
  /** Several items were drawn at once, so the log does not tell which item got which overlays. */
  mixed: boolean
  items: ItemResult[]
}

/** What a run of Kometa came to, according to its log. */
export interface KometaOutcome {
  version: string | null
  /** Why Kometa failed before its log began. */
  startupFailure: string | null
  started: boolean
  /** Kometa logged `Finished ... Run`, which it does after most failures too. */
  finished: boolean
  criticals: Critical[]
  connected: LibraryName[]
  failedLibraries: { library: LibraryName; reason: string }[]
  /** Overlay files that Kometa began to load. If a number occurs twice, it belongs to the last of these files. */
  overlayFiles: { library: LibraryName; number: number; form: string; path: string }[]
  failedFiles: { library: LibraryName; reason: string }[]
  failedServices: FailedService[]
  runs: LibraryRun[]
  /** Errors in order, with their library. */
  errors: { text: string; library: LibraryName | null }[]
  /** What Kometa left out of the config. */
  faults: readonly LoggedFault[]
  /** The files and definitions of each library, to find the place of a fault. */
  libraries: readonly LoggedLibrary[]
}

export interface OutcomeRecorder {
  readonly outcome: KometaOutcome
  add(event: KometaEvent): void
}

/** Sums up events as they arrive. */
export function createOutcomeRecorder(): OutcomeRecorder {
  const recorder = createFaultRecorder()
  const outcome = newOutcome(recorder)
  return {
    outcome,
    add(event) {
      recorder.add(event)
      addEvent(outcome, event)
    },
  }
}

/** Libraries are looked up by their key in the config or their title in Plex. */
export function isLibrary({ mapping, title }: LibraryName, wanted: string): boolean {
  return mapping === wanted || title === wanted
}

function addEvent(outcome: KometaOutcome, event: KometaEvent): void {
  switch (event.type) {
    case 'version':
      outcome.version = event.version
      break
    case 'startup_failed':
      outcome.startupFailure = event.text
      break
    case 'run_started':
      outcome.started = true
      break
    case 'run_finished':
      outcome.finished = true
      break
    case 'service': {
      const { ok, name, reason, asksForLogin } = event
      if (!ok) outcome.failedServices.push({ name, reason, asksForLogin })
      break
    }
    case 'library_connected':
      outcome.connected.push(event.library)
      break
    case 'library_failed':
      outcome.failedLibraries.push({ library: event.library, reason: event.reason })
      break
    case 'overlay_file': {
      const { library, number, form, path } = event
      outcome.overlayFiles.push({ library, number, form, path })
      break
    }
    case 'overlay_file_failed':
      outcome.failedFiles.push({ library: event.library, reason: event.reason })
      break
    case 'library_started':
      outcome.runs.push(newRun(event.library))
      break
    case 'message':
      addMessage(outcome, event)
      break
    default:
      addToRun(outcome.runs.at(-1), event)
  }
}

type Message = Extract<KometaEvent, { type: 'message' }>

function addMessage({ criticals, errors, runs }: KometaOutcome, message: Message): void {
  const { level, text, lines, library, modules } = message
  if (level === 'critical') {
    // Before the work on libraries begins, a critical error is not about the library that was connected last.
    criticals.push({ text, lines, library: runs.length > 0 ? library : null, modules, refused: null })
  }
  if (level === 'error' && errors.length < maxMessages) errors.push({ text, library })
}

function addToRun(run: LibraryRun | undefined, event: KometaEvent): void {
  if (!run) return
  if (event.type === 'definition') run.definitions = event.count
  else if (event.type === 'definition_limited') run.limited.push(event.name)
  else if (event.type === 'definition_random') run.random.push(event.name)
  else if (event.type === 'definition_matched' && event.matched) run.matched.push(event.matched)
  else if (event.type === 'definition_failed' && !event.blank) {
    run.failed.push({ name: event.name, reason: event.reason })
  } else if (event.type === 'applying') {
    run.applies = true
    run.reapplies = event.again
  } else if (event.type === 'restore_failed') run.unrestored.push(event.title)
  else if (event.type === 'item_ended') run.items.push(run.mixed ? untold(event.result) : event.result)
  else if (event.type === 'items_mixed' && !run.mixed) {
    run.mixed = true
    run.items = run.items.map(untold)
  } else if (event.type === 'overlays_finished') run.finished = true
}

/** A failure names its item; everything else may belong to another item. */
const untold = (item: ItemResult): ItemResult =>
  item.outcome === 'failed' ? item : { ...item, outcome: 'unfinished', overlays: [], warnings: [], logLines: [] }

const newOutcome = ({ faults, libraries }: Pick<KometaOutcome, 'faults' | 'libraries'>): KometaOutcome => ({
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
  faults,
  libraries,
})

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
