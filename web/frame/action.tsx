import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { createStore, useStore } from '../core/store.ts'

const slot = createStore<HTMLElement | null>(null)

/** The place of the next sensible action, the same on every screen. */
export function ActionSlot() {
  return <div className="action-slot" ref={(element) => slot.set(element)} />
}

/** Puts the screen's one accent button into that place. */
export function Action({ children }: { children: ReactNode }) {
  const place = useStore(slot)
  return place && createPortal(children, place)
}
