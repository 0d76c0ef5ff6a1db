import type { StudioLogLine } from '../../src/contract/api/api.ts'

export const levels = ['debug', 'info', 'warning', 'error'] as const
export type Level = (typeof levels)[number]

export const rankOf = (level: StudioLogLine['level']): number => (level === 'critical' ? 3 : levels.indexOf(level))

/** Whether a person should look at this line. */
export const isError = ({ level }: StudioLogLine): boolean => level === 'error' || level === 'critical'
