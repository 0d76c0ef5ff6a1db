import { fifties } from './motifs-fifties.ts'
import { lateSilent } from './motifs-late-silent.ts'
import { shows } from './motifs-shows.ts'
import { silent } from './motifs-silent.ts'
import { talkies } from './motifs-talkies.ts'
import { twenties } from './motifs-twenties.ts'
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
