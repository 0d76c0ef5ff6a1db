import type { LogLevel } from '../../../contract/events.ts'

/** A library's key in the config and its title in Plex. They differ if the config has `library_name`. */
export interface LibraryName {
  mapping: string
  title: string
}

/** The definition's name, and Kometa's full name for it (`Overlay File (0) 4K`), which is unique within a library. */
export interface OverlayName {
  name: string
  full: string
}

/** A definition that matched something, as far as the log describes it. */
export interface MatchedOverlay extends OverlayName {
  /** The number of its file: 0 in `Overlay File (0) 4K`. */
  file: number
  /** How many items it matched. */
  items: number
  /** The matched items as Kometa lists them (`Title (Year)`); null if the log does not list all of them. */
  titles: string[] | null
  /**
   * Its `overlay:` after templates: `text(<<critic_rating>>)`, a name, `blur(30)`; null if the log does not show it.
   */
  overlay: { name: string; group: string | null; queue: string | null; weight: number | null } | null
  /** Overlays of the same file that are not drawn on the items that this one matched. */
  suppresses: string[]
}

/** What Kometa did with one item that it draws. */
export interface ItemResult {
  library: LibraryName
  /**
   * As Kometa shows it: `Title`, `Show Season 1`, `Show S01E02`. Not unique; '' if the log has no name (before 2.2.1).
   */
  title: string
  /** Position in the library's list, from 1; null when Kometa failed before it named the item. */
  index: number | null
  total: number | null
  /** unchanged: Kometa saw no need to upload. unfinished: the log ends within the item. */
  outcome: 'applied' | 'unchanged' | 'failed' | 'unfinished'
  /** The overlays that Kometa applied, found unchanged or tried, depending on the outcome. */
  overlays: OverlayName[]
  /** Kometa's reason for a failure. */
  reason: string | null
  /** Kometa's warnings about overlays that it left out: `Overlay Error: No '<<user_rating>>' found`. */
  warnings: string[]
  /** Milliseconds since 1970; an upload of this item happens between these two. */
  startedAt: number | null
  endedAt: number | null
  logLines: string[]
}

/** An overlay file as Kometa loads it: `File` with a path, `Default` with a name, or `URL`, `Git`, `Repo`. */
export interface LoggedFile {
  form: string
  path: string
}

/** A service that Kometa could not use. */
export interface FailedService {
  name: string
  reason: string | null
  /** Kometa asked for a new login, which nobody can answer in a preview. */
  asksForLogin: boolean
}

type Place = { library: LibraryName }
type Step = { done: number; total: number; title: string }

/** What the log says, in its order. */
export type KometaEventBody =
  | { type: 'version'; version: string }
  /** The config that Kometa reads, by Kometa's name for it. */
  | { type: 'config_used'; path: string }
  | { type: 'run_started' }
  | { type: 'run_finished' }
  /** TMDb, MDBList, Trakt and so on; `reason` is Kometa's reason for a failure. */
  | ({ type: 'service'; ok: boolean } & FailedService)
  | { type: 'server_connected'; server: string; version: string }
  | ({ type: 'library_connected' } & Place)
  | ({ type: 'library_failed'; reason: string } & Place)
  /** Kometa numbers its overlay files; if one fails, the next one gets the same number. */
  | ({ type: 'overlay_file'; number: number; form: string; path: string } & Place)
  /**
   * An entry of overlay_files that points to nothing; `entry` is what Kometa read last, such as `folder`,
   * `config/more`.
   */
  | ({ type: 'overlay_entry_failed'; reason: string; entry: LoggedFile | null } & Place)
  | ({ type: 'overlay_file_failed'; reason: string; lines: string[]; file: LoggedFile | null } & Place)
  /** Kometa left out a part of a file and loaded the rest. */
  | ({ type: 'overlay_file_faulty'; reason: string; file: LoggedFile } & Place)
  /** `number` is the number in `Overlay File (0) 4K`. */
  | ({ type: 'overlay_file_loaded'; number: number; file: LoggedFile } & Place)
  | ({ type: 'library_started' } & Place)
  /** Console only: items of a listing, or items whose ids are being mapped. */
  | ({ type: 'loading' } & Step)
  | ({ type: 'loaded'; count: number } & Place)
  | ({ type: 'overlays_started' } & Place)
  /** `count`: how many definitions of this library have begun. Kometa does not say how many there are. */
  | ({ type: 'definition'; name: string; count: number } & Place)
  /** The definition has `limit:`, so its matches depend on all items of the library. */
  | ({ type: 'definition_limited'; name: string } & Place)
  /** A search of the definition sorts at random, so it returns different items each time. */
  | ({ type: 'definition_random'; name: string } & Place)
  /** `matched` is null if nothing matched; `file` is the number in `Overlay File (0) 4K`, if the line has one. */
  | ({
      type: 'definition_matched'
      name: string
      items: number
      matched: MatchedOverlay | null
      file: number | null
    } & Place)
  /** Parts of a definition that Kometa left out or replaced before it went on with the rest. */
  | ({ type: 'definition_faulty'; name: string; reasons: string[] } & Place)
  /** `blank`: nothing in Plex fits the filters, which is normal for default files. */
  | ({ type: 'definition_failed'; name: string; reason: string; blank: boolean } & Place)
  | ({ type: 'definition_skipped'; name: string; reason: string } & Place)
  | ({ type: 'removing'; all: boolean } & Place)
  /** Console only. */
  | ({ type: 'restoring' } & Step)
  | ({ type: 'restore_failed'; title: string } & Place)
  | ({ type: 'nothing_to_remove' } & Place)
  /** `again`: `reapply_overlays` is on. */
  | ({ type: 'applying'; again: boolean } & Place)
  /** Console only: the item that is being drawn, before meta.log names it. */
  | ({ type: 'drawing' } & Step)
  | ({ type: 'item_started'; index: number; total: number; title: string } & Place)
  | { type: 'item_ended'; result: ItemResult }
  /** Several items were drawn at once, so the order of the lines does not tell which overlays belong to which item. */
  | ({ type: 'items_mixed' } & Place)
  | ({ type: 'overlays_finished' } & Place)
  /**
   * Every message from warning up, even if another event covers it. `modules`: Kometa's files in the traceback before
   * it.
   */
  | {
      type: 'message'
      level: Exclude<LogLevel, 'debug' | 'info'>
      text: string
      lines: string[]
      library: LibraryName | null
      modules: string[]
    }
  /** Kometa failed before its log began: requirements, Python version, a traceback. */
  | { type: 'startup_failed'; text: string }

export type KometaEvent = KometaEventBody & {
  /** From 1. */
  seq: number
  /** Milliseconds since 1970; null for the console. */
  at: number | null
}
