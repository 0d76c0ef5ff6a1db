import type { Place } from '../yaml-places.ts'

/** Something that YAML and Kometa read otherwise than its author meant. */
export interface Misreading {
  message: string
  place: Place
  /** False: perhaps it is there for something else than Kometa. */
  isSure: boolean
}
