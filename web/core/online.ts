import { createStore, useStore } from './store.ts'

/**
 * Whether the studio's server is there. `starting`: nothing has been heard yet. `deaf`: it answers, but sends this window no
 * news, because too many windows listen already.
 */
export const online = createStore<'starting' | 'yes' | 'no' | 'deaf'>('starting')

/** What is shown is what was last heard: nothing may look as if it went on. */
export const useIsAway = (): boolean => useStore(online) === 'no'
