import type { ItemType } from '../../contract/kinds.ts'

/** A target once Plex has been asked about it. */
export interface JobTarget {
  id: string
  /** null: preview.yml gives it no ratingKey. It is reported as missing, and the other targets go on. */
  ratingKey: string | null
  /** For people, with its year; the target's id where nothing better is known. */
  title: string
  /** As Kometa's log names it: without the year. */
  logTitle: string
  /** Its name in Kometa's list of what a definition found; null if Plex was not asked about it. */
  listTitle: string | null
  type: ItemType | null
  /** Title of the Plex library. */
  library: string | null
  /** machineIdentifier of its Plex server. */
  server: string | null
  sectionId: string | null
  /** Mapping names in the config that point at its library, in the config's order; Kometa runs all of them. */
  mappings: readonly string[]
  /** ratingKeys of its season, show, album or artist. */
  ancestors: readonly string[]
  /** The after picture's file name without its extension. */
  outputStem: string
  /** It has the label Overlay in Plex: Kometa then draws on the clean original that it kept. */
  hasOverlayLabel: boolean
  /** False for a season or an episode that shows its parent's picture. */
  hasOwnPicture: boolean
}
