import type { ItemType } from '../../contract/kinds.ts'
import type { Picture } from '../../contract/summary.ts'

/** A target once Plex has been asked about it. */
export interface JobTarget {
  id: string
  /** null: the target has no ratingKey in preview.yml; it is reported, and the others go on. */
  ratingKey: string | null
  /** For people, with its year; the target's id where nothing better is known. */
  title: string
  /** As Kometa's log names it: without the year. */
  logTitle: string
  /** As Kometa lists it among what a definition found; null where Plex has not been asked about it. */
  listTitle: string | null
  type: ItemType | null
  /** Title of the Plex library. */
  library: string | null
  /** machineIdentifier of its Plex server. */
  server: string | null
  sectionId: string | null
  /** Mapping names of the config that point at its library, in their order; Kometa runs them all. */
  mappings: readonly string[]
  /** ratingKeys of its season, show, album or artist. */
  ancestors: readonly string[]
  /** Name of the after picture without its ending. */
  outputStem: string
  before: Picture | null
  /** Plex holds the label Overlay on it: Kometa then draws on the clean original that it kept. */
  hasOverlayLabel: boolean
  /** False for a season or an episode that shows the picture of what is above it. */
  hasOwnPicture: boolean
  /** Whether the picture that Plex shows for it bears Kometa's mark; null when its before picture is another one. */
  shownHasMark: boolean | null
}
