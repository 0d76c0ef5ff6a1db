import type { KometaEventBody, LibraryName } from './log-events.ts'
import type { LogMessage } from './log-message.ts'

/** What the readers for the parts of the log share. */
export interface ParserContext {
  emit(event: KometaEventBody): void
  /** The library that Kometa is connecting to or working on. */
  library: LibraryName | null
  /** A library's title in Plex by its key in the config, filled while Kometa connects. */
  titles: Map<string, string>
}

/** Returns true when the message needs no other reader. */
export type LogReader = (record: LogMessage) => boolean
