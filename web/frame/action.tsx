import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { createStore, useStore } from '../core/store.ts'

const slot = createStore<HTMLElement | null>(null)

/** Where the next sensible action stands: one place on every screen. */
export function ActionSlot() {
  return <div className="action-slot" ref={(element) => slot.set(element)} />
}

/** Puts a screen's one accent button into that place. */
export function Action({ children }: { children: ReactNode }) {
  const place = useStore(slot)
  return place && createPortal(children, place)
}
