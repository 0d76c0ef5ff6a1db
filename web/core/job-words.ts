import type { JobEntry, Outcome, StudioJobStatus } from '../../src/contract/api.ts'
import type { Tone } from '../ui/tone.ts'

export const isOver = (status: StudioJobStatus): boolean => status !== 'queued' && status !== 'running'

export const statusWords: Record<StudioJobStatus, string> = {
  queued: 'Waiting',
  running: 'Running',
  interrupted: 'Interrupted',
  success: 'Finished',
  partial: 'Partly finished',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

export const statusTone: Record<StudioJobStatus, Tone> = {
  queued: 'plain',
  running: 'plain',
  interrupted: 'warn',
  success: 'good',
  partial: 'warn',
  failed: 'bad',
  cancelled: 'warn',
}

export const outcomeWords: Record<Outcome | 'extra', string> = {
  pending: 'Not drawn yet',
  changed: 'Changed',
  unchanged: 'Same',
  incomplete: 'Incomplete',
  missing: 'Missing',
  error: 'Error',
  extra: 'Extra',
}

export const outcomeTone: Record<Outcome | 'extra', Tone> = {
  pending: 'plain',
  changed: 'good',
  unchanged: 'plain',
  incomplete: 'warn',
  missing: 'warn',
  error: 'bad',
  extra: 'plain',
}

/** `5 changed · 1 missing`. */
export function countsWords({ counts }: Pick<JobEntry, 'counts'>): string {
  const parts: [number, string][] = [
    [counts.changed, 'changed'],
    [counts.unchanged, 'same'],
    [counts.incomplete, 'incomplete'],
    [counts.missing, 'missing'],
    [counts.error, counts.error === 1 ? 'error' : 'errors'],
    [counts.extra, 'extra'],
  ]
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(' · ')
}
