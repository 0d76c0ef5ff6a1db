import { useSyncExternalStore } from 'react'

const phone = window.matchMedia('(max-width: 720px)')

/** A phone, or a window as narrow as one. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      phone.addEventListener('change', listener)
      return () => phone.removeEventListener('change', listener)
    },
    () => phone.matches,
  )
}
