import type { KometaEvent, LibraryName, LoggedFile } from '../read/log-events.ts'
import { type FaultDetails, readFaultWords } from '../words/fault-words.ts'

/** Hundreds of definitions may fail for one reason; more faults of one process than this tell nothing new. */
const maxFaults = 2_000

/** Something in the user's config that Kometa left out, in Kometa's own words. */
export interface LoggedFault extends FaultDetails {
  library: LibraryName
  /** An entry of overlay_files, a whole file, a definition, or a part of a file or definition. */
  kind: 'entry' | 'file' | 'definition' | 'setting'
  /** The file; null for a definition, whose file is found through `LoggedLibrary`. */
  file: LoggedFile | null
  definition: string | null
  /** The definition's position in its library. */
  at: number | null
  words: string
  /** Further lines of the message. */
  lines: string[]
  /** A search for something that Plex does not have; Kometa's default files contain dozens of these. */
  blank: boolean
  /** When Kometa read the definition that it dropped, in milliseconds since 1970; null for other faults. */
  span: { from: number; to: number } | null
}

/** Files and definitions of one library, in Kometa's order. Together they tell which file a definition is in. */
export interface LoggedLibrary {
  library: LibraryName
  files: ReadonlyMap<number, LoggedFile>
  /** `file` is known for definitions that Kometa did not drop. */
  definitions: readonly { name: string; file: number | null }[]
}

interface OpenLibrary {
  library: LibraryName
  files: Map<number, LoggedFile>
  definitions: { name: string; file: number | null }[]
}

export interface FaultRecorder {
  faults: LoggedFault[]
  libraries: LoggedLibrary[]
  /** How many faults exceeded the limit. */
  dropped(): number
  add(event: KometaEvent): void
}

export function createFaultRecorder(): FaultRecorder {
  const faults: LoggedFault[] = []
  const libraries: OpenLibrary[] = []
  let dropped = 0
  /** When Kometa started the current definition. */
  let begun: number | null = null

  const of = (library: LibraryName): OpenLibrary => {
    const known = libraries.find((one) => one.library.mapping === library.mapping)
    if (known) return known
    const opened = { library, files: new Map<number, LoggedFile>(), definitions: [] }
    libraries.push(opened)
    return opened
  }
  const note = (fault: Pick<LoggedFault, 'library' | 'kind' | 'words'> & Partial<LoggedFault>) => {
    if (faults.length >= maxFaults) dropped += 1
    else {
      const details = readFaultWords(fault.words, fault.lines ?? [])
      const unset = { file: null, definition: null, at: null, lines: [], blank: false, span: null }
      faults.push({ ...unset, ...details, ...fault })
    }
  }
  /** The definition that Kometa is reading. */
  const current = (library: LibraryName) => {
    const { definitions } = of(library)
    return { at: definitions.length - 1, definition: definitions.at(-1)?.name ?? null }
  }

  function add(event: KometaEvent): void {
    if (event.type === 'overlay_entry_failed') {
      note({ library: event.library, kind: 'entry', file: event.entry, words: event.reason })
    } else if (event.type === 'overlay_file_failed') {
      note({ library: event.library, kind: 'file', file: event.file, words: event.reason, lines: event.lines })
    } else if (event.type === 'overlay_file_faulty') {
      note({ library: event.library, kind: 'setting', file: event.file, words: event.reason })
    } else if (event.type === 'overlay_file_loaded') of(event.library).files.set(event.number, event.file)
    else if (event.type === 'definition') {
      of(event.library).definitions.push({ name: event.name, file: null })
      begun = event.at
    } else if (event.type === 'definition_matched') {
      const last = of(event.library).definitions.at(-1)
      if (last) last.file = event.file
    } else if (event.type === 'definition_failed') {
      const { library, reason: words, blank, at: to } = event
      const span = begun === null || to === null ? null : { from: begun, to }
      note({ library, kind: 'definition', ...current(library), words, blank, span })
    } else if (event.type === 'definition_faulty') {
      const { library } = event
      for (const words of event.reasons) note({ library, kind: 'setting', ...current(library), words })
    }
  }
  return { faults, libraries, dropped: () => dropped, add }
}
