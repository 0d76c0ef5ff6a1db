import type { StudioLogLine } from '../../src/contract/api.ts'

export const levels = ['debug', 'info', 'warning', 'error'] as const
export type Level = (typeof levels)[number]

export const rankOf = (level: StudioLogLine['level']): number => (level === 'critical' ? 3 : levels.indexOf(level))

/** Kometa logs an error for each overlay that fits none of the items it is shown: in a preview most do not. */
const expected =
  /^\s*Plex Error: (?:No Items found in Plex|.*: No matches found with regex pattern .*|.+ not found)\s*$/

/** A line that a person should look at. */
export const isError = ({ level, text }: StudioLogLine): boolean =>
  (level === 'error' || level === 'critical') && !expected.test(text)
