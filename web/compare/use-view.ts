import { useLocation } from '../core/router.ts'
import { createStoredStore } from '../core/store.ts'
import { filters, sorts, type View } from './view.ts'

/** Reads from the address which results are shown, and in which order. */
export function useView(): View {
  const { query } = useLocation()
  return {
    filter: filters.find((one) => one === query.get('filter')) ?? 'all',
    sort: sorts.find(([name]) => name === query.get('sort'))?.[0] ?? 'chosen',
  }
}

export const pairSizes = ['small', 'medium', 'large'] as const
export type PairSize = (typeof pairSizes)[number]
export const pairSize = createStoredStore<PairSize>(
  'pair-size',
  'medium',
  (kept) => pairSizes.find((one) => one === kept) ?? null,
)
