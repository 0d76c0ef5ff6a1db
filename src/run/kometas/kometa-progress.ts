import type { Phase } from '../../contract/events.ts'
import type { KometaEvent } from '../../kometa/log/read/log-events.ts'
import { collectionName, recognizeRead } from '../../policy/recognize-read.ts'
import type { JobRequest } from '../inputs/request.ts'
import type { JobRecorder, KometaActivity } from '../records/job-recorder.ts'
import type { JobTarget } from '../targets/job-target.ts'

export interface KometaProgress {
  /** A Kometa starts. */
  starts(): void
  /** The listener for the events of one Kometa, by its index among all of them. */
  of(process: number): (event: KometaEvent) => void
}

export interface KometaProgressOptions {
  request: Pick<JobRequest, 'signal' | 'onEvent'>
  recorder: Pick<JobRecorder, 'onActivity'>
  targets: readonly Pick<JobTarget, 'ratingKey' | 'server' | 'title'>[]
  enter(phase: Phase): void
}

const order: readonly Phase[] = ['kometa', 'compile', 'apply']

/**
 * Turns what Kometa says and does into phases and n/m. From 2.4.7 on its log comes in bursts, so its requests tell
 * first: Kometa looks for a collection of each definition's name (builder.py:917), and uploads a picture of each item.
 *
 * Of several Kometas, the first to reach a phase enters it, and no phase is entered twice. Their items are counted
 * together. Kometa says library by library how many items there are, so m grows.
 */
export function createKometaProgress({ request, recorder, targets, enter }: KometaProgressOptions): KometaProgress {
  let reached = -1
  const reach = (phase: Phase) => {
    const index = order.indexOf(phase)
    if (index <= reached || request.signal.aborted) return
    reached = index
    enter(phase)
  }
  const definitions = createCount()
  const items = createCount()
  const totals = new Map<string, number>()
  const lookups = new Map<string, Set<string>>()
  const drawn = new Set<string>()

  const compiled = (title: string) => {
    reach('compile')
    // Kometa never says how many definitions there are.
    request.onEvent({ type: 'progress', phase: 'compile', done: definitions.most(), total: 0, title })
  }
  const applied = (title: string) => {
    reach('apply')
    const done = items.most()
    // Kometa says library by library how many items it draws. It draws at least the targets, so the total never falls.
    const total = Math.max(done, targets.length, sum(totals.values()))
    request.onEvent({ type: 'progress', phase: 'apply', done, total, title })
  }

  function see(activity: KometaActivity): void {
    if (activity.type === 'read') {
      const lookup = collectionLookup(activity.target)
      if (lookup === null || reached >= order.indexOf('apply')) return
      const names = lookups.get(lookup.section) ?? new Set()
      lookups.set(lookup.section, names.add(lookup.name))
      definitions.seen(sum([...lookups.values()].map(({ size }) => size)))
      compiled(lookup.name)
      return
    }
    const { server, rating_key: key, kind } = activity.capture
    if (kind !== 'poster' || key === null) return
    items.seen(drawn.add(`${server} ${key}`).size)
    applied(targets.find((target) => target.server === server && target.ratingKey === key)?.title ?? '')
  }
  recorder.onActivity(see)

  return {
    starts: () => reach('kometa'),
    of: (process) => (event) => {
      if (event.type === 'overlays_started') reach('compile')
      else if (event.type === 'definition') {
        if (definitions.said(`${process} ${event.library.mapping}`, event.count)) compiled(event.name)
      } else if (event.type === 'applying') reach('apply')
      else if (event.type === 'item_started') {
        totals.set(`${process} ${event.library.mapping}`, event.total)
        items.said(`${process} ${event.library.mapping}`, event.index)
        applied(event.title)
      }
    },
  }
}

/** One number from two sources that both only grow: what was seen, and what the log says of each library. */
function createCount() {
  const said = new Map<string, number>()
  let seen = 0
  const most = () => Math.max(seen, sum(said.values()))
  return {
    most,
    seen(count: number) {
      seen = Math.max(seen, count)
    },
    /** True if this makes the number grow. */
    said(place: string, count: number): boolean {
      const before = most()
      said.set(place, count)
      return most() > before
    },
  }
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, one) => all + one, 0)

/** Section and name of `/library/sections/N/all?...type=18&title=NAME`; null for any other read. */
function collectionLookup(target: string): { section: string; name: string } | null {
  const read = recognizeRead(target)
  const name = read === null ? null : collectionName(read)
  return read?.section === undefined || name === null ? null : { section: read.section, name }
}
