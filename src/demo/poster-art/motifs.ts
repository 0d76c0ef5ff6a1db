import * as fifties from './motifs-fifties.ts'
import * as lateSilent from './motifs-late-silent.ts'
import * as shows from './motifs-shows.ts'
import * as silent from './motifs-silent.ts'
import * as talkies from './motifs-talkies.ts'
import * as twenties from './motifs-twenties.ts'
import type { Motif } from './shapes.ts'

/** Every motif by name. */
export const motifs = {
  ...silent,
  ...twenties,
  ...lateSilent,
  ...talkies,
  ...fifties,
  ...shows,
} as const satisfies Record<string, Motif>
export type MotifName = keyof typeof motifs
