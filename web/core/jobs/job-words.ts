import type { JobEntry, Outcome, StudioJobStatus } from '../../../src/contract/api/api.ts'
import type { Tone } from '../../ui/tone.ts'

export const isOver = (status: StudioJobStatus): boolean => status !== 'queued' && status !== 'running'

interface Words {
  words: string
  tone: Tone
}

const plainStates: Record<StudioJobStatus, Words> = {
  queued: { words: 'Waiting', tone: 'plain' },
  running: { words: 'Running', tone: 'plain' },
  interrupted: { words: 'Interrupted', tone: 'warn' },
  success: { words: 'Finished', tone: 'good' },
  partial: { words: 'Partly finished', tone: 'warn' },
  failed: { words: 'Failed', tone: 'bad' },
  cancelled: { words: 'Cancelled', tone: 'plain' },
}

/** The state of a job that was running when the server last answered. */
export const noNews: Words = { words: 'No news', tone: 'plain' }

/**
 * The state of a job. A job on whose items Kometa draws nothing has done its work. A job with an error is red, not
 * amber.
 */
export function jobState({
  status,
  counts,
  onlyUntouched,
  faultCount,
}: Pick<JobEntry, 'status' | 'counts' | 'onlyUntouched' | 'faultCount'>): Words {
  // Green means that nothing was dropped.
  const finished = faultCount > 0 ? { words: 'Finished with faults', tone: 'warn' as const } : plainStates.success
  if (status === 'success') return finished
  if (onlyUntouched && status === 'partial') return finished
  if (onlyUntouched && status === 'failed') return { words: 'Nothing to draw', tone: 'plain' }
  if (status === 'partial' && counts.error > 0) return { ...plainStates.partial, tone: 'bad' }
  return plainStates[status]
}

export const outcomeWords: Record<Outcome | 'extra', string> = {
  pending: 'Not drawn yet',
  changed: 'Changed',
  unchanged: 'Same',
  incomplete: 'Incomplete',
  untouched: 'Left as it is',
  missing: 'Missing',
  error: 'Error',
  cancelled: 'Not drawn: cancelled',
  interrupted: 'Not drawn: interrupted',
  extra: 'Extra',
}

export const outcomeTone: Record<Outcome | 'extra', Tone> = {
  pending: 'plain',
  changed: 'good',
  unchanged: 'plain',
  incomplete: 'warn',
  untouched: 'plain',
  missing: 'warn',
  error: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
  extra: 'plain',
}

/** `5 changed · 1 missing`. */
export function countsWords({ counts }: Pick<JobEntry, 'counts'>): string {
  const parts: [number, string][] = [
    [counts.changed, 'changed'],
    [counts.unchanged, 'same'],
    [counts.incomplete, 'incomplete'],
    [counts.untouched, counts.untouched === 1 ? 'left as it is' : 'left as they are'],
    [counts.missing, 'missing'],
    [counts.error, counts.error === 1 ? 'error' : 'errors'],
    [counts.cancelled, 'not drawn'],
    [counts.extra, 'extra'],
  ]
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(' · ')
}

/** `2 faults in the config`. */
export const faultsWords = (n: number): string => `${n} ${n === 1 ? 'fault' : 'faults'} in the config`
