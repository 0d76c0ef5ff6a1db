import type { Phase } from '../contract/events.ts'
import type { KometaEvent } from '../kometa/log-events.ts'
import type { JobRequest } from './request.ts'

export interface KometaProgress {
  /** A Kometa starts. */
  starts(): void
  /** Takes the events of one Kometa, by its place among all of them. */
  of(process: number): (event: KometaEvent) => void
}

const order: readonly Phase[] = ['kometa', 'compile', 'apply']

/**
 * Kometa's events as phases and n/m. Of several Kometas the first one to reach a phase enters it, and none goes back;
 * their items are counted together. How many there are Kometa says library by library, so that m grows.
 */
export function createKometaProgress({
  request,
  enter,
}: {
  request: Pick<JobRequest, 'signal' | 'onEvent'>
  enter(phase: Phase): void
}): KometaProgress {
  let reached = -1
  const reach = (phase: Phase) => {
    const index = order.indexOf(phase)
    if (index <= reached || request.signal.aborted) return
    reached = index
    enter(phase)
  }
  const definitions = new Map<string, number>()
  const items = new Map<string, { done: number; total: number }>()
  return {
    starts: () => reach('kometa'),
    of: (process) => (event) => {
      if (event.type === 'overlays_started') reach('compile')
      else if (event.type === 'definition') {
        reach('compile')
        definitions.set(`${process} ${event.library.mapping}`, event.count)
        // How many definitions there are Kometa never says.
        request.onEvent({ type: 'progress', phase: 'compile', done: sum(definitions), total: 0, title: event.name })
      } else if (event.type === 'applying') reach('apply')
      else if (event.type === 'item_started') {
        reach('apply')
        items.set(`${process} ${event.library.mapping}`, { done: event.index, total: event.total })
        const counts = [...items.values()]
        const done = counts.reduce((all, one) => all + one.done, 0)
        const total = counts.reduce((all, one) => all + one.total, 0)
        request.onEvent({ type: 'progress', phase: 'apply', done, total, title: event.title })
      }
    },
  }
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0)
