import { createStore, useStore } from './store.ts'

/**
 * Whether the studio's server is there. `starting`: no answer yet. `deaf`: it answers, but sends this window no news,
 * because too many windows listen already.
 */
export const online = createStore<'starting' | 'yes' | 'no' | 'deaf'>('starting')

/** Whether the screen shows an old state, so that nothing may look as if it continued. */
export const useIsAway = (): boolean => useStore(online) === 'no'
