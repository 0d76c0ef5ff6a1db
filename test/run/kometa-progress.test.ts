import { expect, test } from 'vitest'
import type { JobEvent, Phase } from '../../src/contract/events.ts'
import type { Capture } from '../../src/contract/records.ts'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { createKometaProgress } from '../../src/run/kometas/kometa-progress.ts'
import type { KometaActivity } from '../../src/run/records/job-recorder.ts'

const library = { mapping: 'Movies', title: 'Movies' }

function watch() {
  const told: string[] = []
  let tell: (activity: KometaActivity) => void = () => undefined
  const progress = createKometaProgress({
    request: {
      signal: new AbortController().signal,
      onEvent: (event: JobEvent) => {
        if (event.type === 'progress') told.push(`${event.phase} ${event.done}/${event.total} ${event.title}`)
      },
    },
    recorder: {
      onActivity: (listener) => {
        tell = listener
        return () => undefined
      },
    },
    targets: [
      { ratingKey: '1', server: 's', title: 'Metropolis' },
      { ratingKey: '2', server: 's', title: 'M' },
    ],
    enter: (phase: Phase) => told.push(phase),
  })
  const say = progress.of(0)
  return {
    told,
    starts: progress.starts,
    read: (target: string) => tell({ type: 'read', target }),
    lookUp: (name: string) =>
      tell({
        type: 'read',
        target: `/library/sections/1/all?includeGuids=1&title=${encodeURIComponent(name)}&type=18`,
      }),
    upload: (key: string, kind: Capture['kind'] = 'poster') =>
      tell({ type: 'capture', capture: { server: 's', rating_key: key, kind } as Capture }),
    say: (event: object) => say({ seq: 1, at: null, ...event } as KometaEvent),
  }
}

test('while the log is silent, lookups tell the definitions and uploads tell the items', () => {
  const { told, starts, read, lookUp, upload } = watch()
  starts()
  read('/library/sections/1/all?type=1')
  lookUp('4K & more')
  lookUp('HDR')
  lookUp('HDR')
  upload('1', 'art')
  upload('1')
  upload('1')
  upload('2')
  upload('999')
  expect(told).toEqual([
    ...['kometa', 'compile', 'compile 1/0 4K & more', 'compile 2/0 HDR', 'compile 2/0 HDR'],
    ...['apply', 'apply 1/2 Metropolis', 'apply 1/2 Metropolis', 'apply 2/2 M', 'apply 3/3 '],
  ])
})

test('a log that comes in bursts repeats nothing and never goes back', () => {
  const { told, starts, lookUp, upload, say } = watch()
  starts()
  lookUp('4K')
  lookUp('HDR')
  say({ type: 'overlays_started', library })
  say({ type: 'definition', library, name: '4K', count: 1 })
  say({ type: 'definition', library, name: 'HDR', count: 2 })
  say({ type: 'definition', library, name: 'Dolby', count: 3 })
  upload('1')
  upload('2')
  say({ type: 'applying', library, again: false })
  say({ type: 'item_started', library, index: 1, total: 3, title: 'M' })
  expect(told).toEqual([
    ...['kometa', 'compile', 'compile 1/0 4K', 'compile 2/0 HDR', 'compile 3/0 Dolby'],
    ...['apply', 'apply 1/2 Metropolis', 'apply 2/2 M', 'apply 2/3 M'],
  ])
})

test('a collection that is looked up after the first picture is no definition', () => {
  const { told, lookUp, upload } = watch()
  upload('1')
  lookUp('Late')
  expect(told).toEqual(['apply', 'apply 1/2 Metropolis'])
})
