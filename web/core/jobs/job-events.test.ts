import { describe, expect, test } from 'vitest'
import type { JobDetail } from '../../../src/contract/api/api.ts'
import { applyJobEvent } from './job-events.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const image = { sha256: 'f'.repeat(64), type: 'webp', width: 2, height: 3, bytes: 5 }
/** The part of a job that events change. */
const job = {
  id: 'j',
  status: 'running',
  queuePlace: null,
  lastEventId: 4,
  phases: [],
  targets: [
    { id: 'a', after: null, outcome: 'pending' },
    { id: 'b', after: null, outcome: 'pending' },
  ],
} as unknown as JobDetail

describe('a job after an event of its stream', () => {
  test('an event that the job already has changes nothing', () => {
    expect(applyJobEvent(job, { type: 'status', status: 'success', queuePlace: null } as never, 4)).toBe(job)
  })

  test('an event remembers its number', () => {
    const next = applyJobEvent(job, { type: 'status', status: 'queued', queuePlace: 2 } as never, 5)
    expect(next).toMatchObject({ status: 'queued', queuePlace: 2, lastEventId: 5 })
  })

  test('a phase ends the phase before it, and the same phase again changes nothing', () => {
    const first = applyJobEvent(job, { type: 'phase', phase: 'check', at: at(0) } as never, 5)
    const second = applyJobEvent(first, { type: 'phase', phase: 'kometa', at: at(3) } as never, 6)
    const third = applyJobEvent(second, { type: 'phase', phase: 'kometa', at: at(9) } as never, 7)
    expect(second.phases.map(({ phase, durationMs }) => [phase, durationMs])).toEqual([
      ['check', 3_000],
      ['kometa', null],
    ])
    expect(third.phases).toEqual(second.phases)
  })

  test('a clock that was set back makes no negative duration', () => {
    const first = applyJobEvent(job, { type: 'phase', phase: 'check', at: at(9) } as never, 5)
    const second = applyJobEvent(first, { type: 'phase', phase: 'kometa', at: at(3) } as never, 6)
    expect(second.phases[0]?.durationMs).toBe(0)
  })

  test('a capture gives its own target the picture, and leaves the others the same objects', () => {
    const next = applyJobEvent(job, { type: 'capture', targetId: 'b', image, kind: 'poster' } as never, 5)
    expect(next.targets[1]).toMatchObject({ id: 'b', after: image, kind: 'poster' })
    expect(next.targets[0]).toBe(job.targets[0])
  })

  test('a capture of an item that is no target changes nothing', () => {
    expect(applyJobEvent(job, { type: 'capture', targetId: null, image, kind: 'poster' } as never, 5)).toBe(job)
  })

  test('the end closes the phase that runs', () => {
    const running = applyJobEvent(job, { type: 'phase', phase: 'kometa', at: at(0) } as never, 5)
    const over = applyJobEvent(running, { type: 'end', status: 'failed' } as never, 6)
    expect(over.status).toBe('failed')
    expect(over.phases[0]?.durationMs).toBeGreaterThan(0)
  })
})
