import type { Capture } from './records.ts'
import type { Picture, Summary } from './summary.ts'

/** The phases of a job in their order, with the words that a user reads. */
export const phases = {
  check: 'Checking Plex and the config',
  before: 'Fetching the current posters',
  workspace: 'Preparing a private workspace',
  kometa: 'Kometa starts',
  compile: 'Kometa reads the overlays',
  apply: 'Kometa draws',
  results: 'Collecting the results',
} as const
export type Phase = keyof typeof phases

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'critical'

/** What a job reports while it runs. The command line and the studio show the same events. */
export type JobEvent =
  | { type: 'phase'; phase: Phase; at: string }
  | { type: 'progress'; phase: Phase; done: number; total: number; title: string }
  | { type: 'log'; source: 'preview' | 'kometa'; level: LogLevel; text: string; at: string }
  | { type: 'before'; targetId: string; picture: Picture }
  | { type: 'capture'; capture: Capture; targetId: string | null }
  | { type: 'end'; summary: Summary }
