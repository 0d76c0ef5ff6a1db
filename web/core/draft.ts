import { createStore } from './store.ts'

/**
 * The edited config of the next preview, masks in it. It lives in this window's memory alone: what somebody types may be
 * a key, and a browser's storage is no place for it.
 */
export const draft = createStore<{ connectionId: string; text: string } | null>(null)

window.addEventListener('beforeunload', (event) => {
  if (draft.get() !== null) event.preventDefault()
})
