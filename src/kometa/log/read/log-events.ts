import type { LogLevel } from '../../../contract/events.ts'

/** The two names of a library: its key in the config, and its title in Plex. They differ where the config has `library_name`. */
export interface LibraryName {
  mapping: string
  title: string
}

/** `Overlay File (0) 4K`: the definition's name, and Kometa's full name for it, which is unique within a library. */
export interface OverlayName {
  name: string
  full: string
}

/** A definition that matched something, as far as the log tells what it is. */
export interface MatchedOverlay extends OverlayName {
  /** How many items it matched. */
  items: number
  /** Which ones, as Kometa lists them (`Title (Year)`); null where its log does not have all of them. */
  titles: string[] | null
  /** Its `overlay:` after templates: `text(<<critic_rating>>)`, a name, `blur(30)`; null where the log does not tell. */
  overlay: { name: string; group: string | null; queue: string | null; weight: number | null } | null
  /** Overlays of the same file that are not drawn on what this one matched. */
  suppresses: string[]
}

/** What Kometa did with one item of the list that it draws. */
export interface ItemResult {
  library: LibraryName
  /** As Kometa shows it: `Title`, `Show Season 1`, `Show S01E02`. Not unique; '' where its log has no name (before 2.2.1). */
  title: string
  /** Place in the library's list, from 1; null when Kometa failed before it named the item. */
  index: number | null
  total: number | null
  /** unchanged = Kometa saw no need to upload; unfinished = the log ends within the item. */
  outcome: 'applied' | 'unchanged' | 'failed' | 'unfinished'
  /** Applied, found on it, or attempted, by outcome. */
  overlays: OverlayName[]
  /** Kometa's words, when it failed. */
  reason: string | null
  /** An overlay that was left out, in Kometa's words: `Overlay Error: No '<<user_rating>>' found`. */
  warnings: string[]
  /** Milliseconds since 1970; an upload of this item comes between the two. */
  startedAt: number | null
  endedAt: number | null
  logLines: string[]
}

/** An overlay file as Kometa loads it: `File` and a path, `Default` and a name, `URL`, `Git`, `Repo`. */
export interface LoggedFile {
  form: string
  path: string
}

type Place = { library: LibraryName }
type Step = { done: number; total: number; title: string }

/** What the log says, in the order in which it says it. */
export type KometaEventBody =
  | { type: 'version'; version: string }
  /** The config that Kometa reads, as it names it. */
  | { type: 'config_used'; path: string }
  | { type: 'run_started' }
  | { type: 'run_finished' }
  /** TMDb, MDBList, Trakt and so on; `reason` is Kometa's, when it failed. */
  | { type: 'service'; name: string; ok: boolean; reason: string | null }
  | { type: 'server_connected'; server: string; version: string }
  | ({ type: 'library_connected' } & Place)
  | ({ type: 'library_failed'; reason: string } & Place)
  /** Kometa numbers its overlay files; one that fails leaves its number to the next. */
  | ({ type: 'overlay_file'; number: number; form: string; path: string } & Place)
  /** An entry of overlay_files that names nothing that is there; `entry` is what Kometa read last: `folder`, `config/more`. */
  | ({ type: 'overlay_entry_failed'; reason: string; entry: LoggedFile | null } & Place)
  | ({ type: 'overlay_file_failed'; reason: string; lines: string[]; file: LoggedFile | null } & Place)
  /** A part of a file that Kometa left out while it loaded the rest. */
  | ({ type: 'overlay_file_faulty'; reason: string; file: LoggedFile } & Place)
  /** `number` as in `Overlay File (0) 4K`. */
  | ({ type: 'overlay_file_loaded'; number: number; file: LoggedFile } & Place)
  | ({ type: 'library_started' } & Place)
  /** Only on the console: items of a listing, or items whose ids are being mapped. */
  | ({ type: 'loading' } & Step)
  | ({ type: 'loaded'; count: number } & Place)
  | ({ type: 'overlays_started' } & Place)
  /** `count`: how many definitions of this library were begun; how many there are, Kometa does not say. */
  | ({ type: 'definition'; name: string; count: number } & Place)
  /** The definition has `limit:`, so what it matches depends on all items of the library. */
  | ({ type: 'definition_limited'; name: string } & Place)
  /** A search of the definition sorts at random, so that it gives other items each time. */
  | ({ type: 'definition_random'; name: string } & Place)
  /** `matched` is null where it matched nothing; `file` is the number in `Overlay File (0) 4K`, where the line has one. */
  | ({
      type: 'definition_matched'
      name: string
      items: number
      matched: MatchedOverlay | null
      file: number | null
    } & Place)
  /** What of a definition Kometa left out, or put something else in the place of, before it went on with the rest. */
  | ({ type: 'definition_faulty'; name: string; reasons: string[] } & Place)
  /** `blank`: nothing in Plex fits its filters, which is normal for default files. */
  | ({ type: 'definition_failed'; name: string; reason: string; blank: boolean } & Place)
  | ({ type: 'definition_skipped'; name: string; reason: string } & Place)
  | ({ type: 'removing'; all: boolean } & Place)
  /** Only on the console. */
  | ({ type: 'restoring' } & Step)
  | ({ type: 'restore_failed'; title: string } & Place)
  | ({ type: 'nothing_to_remove' } & Place)
  /** `again`: `reapply_overlays` is on. */
  | ({ type: 'applying'; again: boolean } & Place)
  /** Only on the console: the item that is being drawn, before meta.log names it. */
  | ({ type: 'drawing' } & Step)
  | ({ type: 'item_started'; index: number; total: number; title: string } & Place)
  | { type: 'item_ended'; result: ItemResult }
  /** Several items were drawn at once: what was applied cannot be told by the order of the lines. */
  | ({ type: 'items_mixed' } & Place)
  | ({ type: 'overlays_finished' } & Place)
  /** Anything at warning or above, also where another event says it too. `modules`: Kometa's files in the traceback before it. */
  | {
      type: 'message'
      level: Exclude<LogLevel, 'debug' | 'info'>
      text: string
      lines: string[]
      library: LibraryName | null
      modules: string[]
    }
  /** Kometa did not get as far as its log: requirements, Python version, a traceback. */
  | { type: 'startup_failed'; text: string }

export type KometaEvent = KometaEventBody & {
  /** From 1. */
  seq: number
  /** Milliseconds since 1970; null for the console. */
  at: number | null
}
