import type { Place } from '../yaml-places.ts'

/** A part of a file that YAML and Kometa read differently from what the author meant. */
export interface Misreading {
  message: string
  place: Place
  /** False: it may be there for something other than Kometa. */
  isSure: boolean
}
