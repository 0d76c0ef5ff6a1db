import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type JoinCapture, overlaysByCapture } from '../../src/kometa/log/outcome/overlay-results.ts'
import type { ItemResult } from '../../src/kometa/log/read/log-events.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

const folder = join(import.meta.dirname, '..', 'fixtures', 'kometa-logs')
const uploadsSchema = z.array(
  z.object({
    seq: z.int(),
    timestamp: z.string(),
    rating_key: z.string(),
    kind: z.literal('poster'),
    overlay_mark: z.boolean(),
  }),
)
const uploadsOf = (name: string) =>
  uploadsSchema.parse(JSON.parse(readFileSync(join(folder, `${name}.uploads.json`), 'utf8')))

function itemsOf(name: string): ItemResult[] {
  const parser = createLogParser()
  const lines = readFileSync(join(folder, `${name}.log`), 'utf8').split('\n')
  const record = summarizeKometa([...lines.flatMap((line) => parser.feed(line)), ...parser.end()])
  return record.runs.flatMap(({ items }) => items)
}
const shown = (joined: Map<number, ItemResult>) =>
  [...joined].map(([seq, { library, title, index }]) => `${seq} ${library.mapping}: ${index ?? '-'} ${title}`)

describe('the real run', () => {
  test('each composed poster has the result of its own item; restores have none', () => {
    const uploads = uploadsOf('mixed')
    const joined = overlaysByCapture(itemsOf('mixed'), uploads)
    expect(shown(joined)).toEqual([
      ...['2 Movies: 2 Labelled', '3 Movies: 4 Metropolis', '4 Movies: 6 Nosferatu', '5 Movies: 7 Nosferatu'],
      '6 Movies: 8 Änderung | Pipe',
      ...['7 My Shows: 1 Serial', '8 My Shows: 2 Serial S00E01', '9 My Shows: 3 Serial S01E01'],
      ...['10 My Shows: 4 Serial S01E02', '11 My Shows: 5 Serial Season 0', '12 My Shows: 6 Serial Season 1'],
      ...[
        '17 Movies again: 1 The General: Part 1, 2',
        '18 Movies again: 2 Labelled',
        '19 Movies again: 3 Loses Its Overlay',
      ],
    ])
    expect(
      uploads
        .filter(({ rating_key }) => rating_key === '102' || rating_key === '103')
        .map(({ seq }) => joined.get(seq)?.index),
    ).toEqual([...[6, 7], ...[undefined, undefined]])
  })

  test('an upload whose item failed later keeps its item and shifts no other', () => {
    const joined = overlaysByCapture(itemsOf('uploads-refused'), uploadsOf('uploads-refused'))
    const keys = new Map(uploadsOf('uploads-refused').map(({ seq, rating_key }) => [seq, rating_key]))
    const byKey = [...joined].map(([seq, item]) => [keys.get(seq), item.title, item.outcome])
    expect(byKey).toEqual([
      ['106', 'Labelled', 'applied'],
      ['107', 'Loses Its Overlay', 'applied'],
      ['101', 'Metropolis', 'applied'],
      ['102', 'Nosferatu', 'failed'],
      ['103', 'Nosferatu', 'failed'],
      ['108', 'Nothing Matches', 'applied'],
      ['109', 'Änderung | Pipe', 'applied'],
      ['200', 'Serial', 'applied'],
    ])
  })

  test('another time zone changes nothing, and with a wrong clock the order decides', () => {
    const uploads = uploadsOf('mixed')
    const truth = shown(overlaysByCapture(itemsOf('mixed'), uploads))
    const moved = (ms: number) =>
      uploads.map((upload) => ({ ...upload, timestamp: new Date(Date.parse(upload.timestamp) + ms).toISOString() }))
    for (const ms of [3_600_000, -12_600_000, 45 * 60_000, 7 * 60_000]) {
      expect(shown(overlaysByCapture(itemsOf('mixed'), moved(ms)))).toEqual(truth)
    }
  })
})

const library = { mapping: 'Movies', title: 'Movies' }
const base: ItemResult = {
  library,
  title: 'Same Title',
  index: 1,
  total: 9,
  outcome: 'applied',
  overlays: [],
  reason: null,
  warnings: [],
  startedAt: 0,
  endedAt: 0,
  logLines: [],
}

test('any run: each upload finds the item that was being drawn, and no item gets two', () => {
  const step = fc.record({
    outcome: fc.constantFrom('applied' as const, 'failed' as const, 'unchanged' as const),
    uploads: fc.boolean(),
    gap: fc.integer({ min: 1, max: 50 }),
    art: fc.boolean(),
    // Two libraries upload the same bytes, so the store keeps one capture for both.
    merged: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let clock = Date.UTC(2026, 6, 3)
      let seq = 0
      const items: ItemResult[] = []
      const captures: JoinCapture[] = []
      const truth = new Map<number, ItemResult>()
      for (const { outcome, uploads, gap, art, merged } of steps) {
        const tick = () => {
          clock += gap
          return clock
        }
        const stamp = () => new Date(tick()).toISOString()
        if (art) captures.push({ seq: ++seq, timestamp: stamp(), kind: 'art', overlay_mark: false })
        const item = { ...base, outcome, startedAt: tick(), endedAt: 0 }
        if ((outcome === 'applied' && !merged) || (outcome === 'failed' && uploads)) {
          captures.push({ seq: ++seq, timestamp: stamp(), kind: 'poster', overlay_mark: true })
          truth.set(seq, item)
        }
        item.endedAt = tick()
        items.push(item)
      }
      const joined = overlaysByCapture(items, [...captures].reverse())
      expect(joined.size).toBe(truth.size)
      for (const [key, item] of truth) expect(joined.get(key)).toBe(item)
    }),
    { numRuns: 300 },
  )
})

test('two Kometas at once: known titles keep their uploads apart', () => {
  const at = (ms: number) => new Date(ms).toISOString()
  const poster = (seq: number, ms: number): JoinCapture => ({
    seq,
    timestamp: at(ms),
    kind: 'poster',
    overlay_mark: true,
  })
  const movies = [10, 20, 30].map((startedAt) => ({ ...base, title: 'Film', startedAt, endedAt: startedAt + 9 }))
  const titles = new Map([1, 2, 3, 4, 5].map((seq) => [seq, seq % 2 === 1 ? 'Film' : 'Show']))
  const captures = [poster(1, 15), poster(2, 16), poster(3, 25), poster(4, 26), poster(5, 35)]
  for (const ms of [0, 3_600_000, 7000]) {
    const moved = captures.map((capture) => ({ ...capture, timestamp: at(Date.parse(capture.timestamp) + ms) }))
    const joined = overlaysByCapture(movies, moved, ({ seq }) => titles.get(seq))
    expect([...joined].map(([seq, { startedAt }]) => [seq, startedAt])).toEqual([
      [1, 10],
      [3, 20],
      [5, 30],
    ])
  }
})

test('a log without an end and one without times are used as far as possible', () => {
  const poster = (seq: number, ms: number): JoinCapture => ({
    seq,
    timestamp: new Date(ms).toISOString(),
    kind: 'poster',
    overlay_mark: true,
  })
  const open = { ...base, outcome: 'unfinished' as const, startedAt: 1000, endedAt: null }
  expect(overlaysByCapture([open], [poster(4, 1500)]).get(4)).toBe(open)
  const timeless = [1, 2].map((index) => ({ ...base, index, startedAt: null, endedAt: null }))
  const joined = overlaysByCapture(timeless, [poster(8, 20), poster(5, 10)])
  expect([joined.get(5)?.index, joined.get(8)?.index]).toEqual([1, 2])
  expect(overlaysByCapture(timeless, [poster(8, 20)]).size).toBe(0)
})
