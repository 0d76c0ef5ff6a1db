import type { JobDetail, Outcome, StudioTarget } from '../../src/contract/api/api.ts'

export const filters = [
  'all',
  'changed',
  'unchanged',
  'untouched',
  'missing',
  'incomplete',
  'error',
  'cancelled',
  'interrupted',
  'extra',
] as const
export type Filter = (typeof filters)[number]

export const sorts = [
  ['chosen', 'As chosen'],
  ['difference', 'Most changed'],
  ['problems', 'Problems first'],
  ['title', 'Title'],
] as const
export type Sort = (typeof sorts)[number][0]

export interface View {
  filter: Filter
  sort: Sort
}

const worst: readonly Outcome[] = [
  'error',
  'missing',
  'incomplete',
  'interrupted',
  'cancelled',
  'pending',
  'changed',
  'unchanged',
  'untouched',
]

export function targetsOfView(targets: readonly StudioTarget[], { filter, sort }: View): readonly StudioTarget[] {
  const shown = filter === 'all' ? targets : targets.filter(({ outcome }) => outcome === filter)
  if (sort === 'title') return shown.toSorted((a, b) => a.title.localeCompare(b.title))
  if (sort === 'difference') return shown.toSorted((a, b) => (b.difference ?? -1) - (a.difference ?? -1))
  if (sort === 'problems') return shown.toSorted((a, b) => worst.indexOf(a.outcome) - worst.indexOf(b.outcome))
  return shown
}

export function countOf({ targets, extras }: JobDetail, filter: Filter): number {
  if (filter === 'extra') return extras.length
  return filter === 'all' ? targets.length : targets.filter(({ outcome }) => outcome === filter).length
}
