import type { ItemRef, StudioItem } from '../../src/contract/api/api.ts'
import { maxTargets } from './limits.ts'
import { createStore, createStoredStore } from './store.ts'

export const keyOf = ({ server, ratingKey }: ItemRef): string => `${server}:${ratingKey}`
export const refOf = ({ server, ratingKey }: ItemRef): ItemRef => ({ server, ratingKey })

const isRef = (value: unknown): value is ItemRef =>
  typeof value === 'object' &&
  value !== null &&
  'server' in value &&
  typeof value.server === 'string' &&
  'ratingKey' in value &&
  typeof value.ratingKey === 'string'

/** The chosen items in their order. This browser keeps them. */
export const selection = createStoredStore<readonly ItemRef[]>('selection', [], (kept) =>
  Array.isArray(kept) && kept.every(isRef) ? kept.slice(0, maxTargets) : null,
)

/** Items that were on the screen, so that the tray can show them without a request. */
export const knownItems = createStore<ReadonlyMap<string, StudioItem>>(new Map())

export function learnItems(items: readonly StudioItem[]): void {
  if (items.length === 0) return
  knownItems.set((known) => {
    const next = new Map(known)
    for (const item of items) next.set(keyOf(item), item)
    return next
  })
}

/** Adds items that are not chosen yet. Returns how many did not fit. */
export function choose(items: readonly StudioItem[]): number {
  const chosen = new Set(selection.get().map(keyOf))
  const fresh = items.filter((item) => !chosen.has(keyOf(item)))
  const fit = fresh.slice(0, Math.max(0, maxTargets - chosen.size))
  learnItems(fit)
  if (fit.length > 0) selection.set((refs) => [...refs, ...fit.map(refOf)])
  return fresh.length - fit.length
}

export function unchoose(refs: readonly ItemRef[]): void {
  const gone = new Set(refs.map(keyOf))
  selection.set((chosen) => chosen.filter((ref) => !gone.has(keyOf(ref))))
}

export function toggle(item: StudioItem): number {
  if (!selection.get().some((ref) => keyOf(ref) === keyOf(item))) return choose([item])
  unchoose([item])
  return 0
}

/** Moves a chosen item by some places. */
export function moveChosen(ref: ItemRef, by: number): void {
  selection.set((refs) => {
    const from = refs.findIndex((one) => keyOf(one) === keyOf(ref))
    const to = Math.min(Math.max(from + by, 0), refs.length - 1)
    const moved = refs[from]
    if (!moved || to === from) return refs
    return refs.toSpliced(from, 1).toSpliced(to, 0, moved)
  })
}
