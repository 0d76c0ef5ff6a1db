import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobStreamEvent } from '../../src/contract/api/api-events.ts'
import { createJournalPast, type JournalPast, type PastRange } from '../../src/server/jobs/journal/journal-past.ts'
import { type Beneath, openBeneath } from '../../src/util/beneath/beneath.ts'

let dir: string
let job: Beneath
let past: JournalPast
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'journal-past-'))
  mkdirSync(join(dir, 'studio'))
  job = openBeneath(dir)
  past = createJournalPast()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const file = (name: string) => join(dir, 'studio', name)
const line = (n: number) => ({ n, source: 'kometa', level: 'info', text: `line ${n}`, at: '2026-01-01T00:00:00.000Z' })
const batch = (id: number, ...numbers: number[]) => `${JSON.stringify({ id, lines: numbers.map(line) })}\n`
const event = (id: number) => `${JSON.stringify({ id, event: { type: 'end', status: 'success' } })}\n`

/** `3 end`, `4 log 7,8` */
async function framesOf(range: Partial<PastRange> = {}): Promise<string[]> {
  const found: string[] = []
  const wanted = { after: 0, upTo: Number.MAX_SAFE_INTEGER, lines: 1_000, ...range }
  for await (const frame of past.frames(job, wanted)) {
    const [, id, data = ''] = /^id: (\d+)\ndata: (.*)\n\n$/s.exec(frame.toString('utf8')) ?? []
    const told = JSON.parse(data) as JobStreamEvent
    found.push(told.type === 'log' ? `${id} log ${told.lines.map(({ n }) => n).join(',')}` : `${id} ${told.type}`)
  }
  return found
}

test('events and log lines come in their order, and only the wanted number of newest lines', async () => {
  writeFileSync(file('events.jsonl'), event(1) + event(5))
  writeFileSync(file('lines-000001.jsonl'), batch(2, 1, 2) + batch(3, 3))
  writeFileSync(file('lines-000002.jsonl'), batch(4, 4, 5, 6))
  expect(await framesOf()).toEqual(['1 end', '2 log 1,2', '3 log 3', '4 log 4,5,6', '5 end'])
  expect(await framesOf({ lines: 2 })).toEqual(['1 end', '4 log 5,6', '5 end'])
  expect(await framesOf({ lines: 0 })).toEqual(['1 end', '5 end'])
  expect(await framesOf({ after: 2, upTo: 4 })).toEqual(['3 log 3', '4 log 4,5,6'])
  expect(await past.lastId(job)).toBe(5)
  const numbers = async (wanted: { before?: number; count: number }) => {
    const { lines, more } = await past.logLines(job, wanted)
    return [lines.map(({ n }) => n), more]
  }
  expect(await numbers({ count: 2 })).toEqual([[5, 6], true])
  expect(await numbers({ count: 6 })).toEqual([[1, 2, 3, 4, 5, 6], false])
  expect(await numbers({ before: 5, count: 3 })).toEqual([[2, 3, 4], true])
})

test('a journal that grows is read from where it ended; an unfinished line is left for later', async () => {
  const whole = batch(1, 1)
  writeFileSync(file('lines-000001.jsonl'), whole + batch(2, 2).slice(0, 20))
  expect(await framesOf()).toEqual(['1 log 1'])
  appendFileSync(file('lines-000001.jsonl'), batch(2, 2).slice(20))
  expect(await framesOf()).toEqual(['1 log 1', '2 log 2'])
  rmSync(file('lines-000001.jsonl'))
  writeFileSync(file('lines-000002.jsonl'), batch(3, 3))
  expect(await framesOf()).toEqual(['3 log 3'])
})

test('a line that is no event is skipped, and without a journal there are no events', async () => {
  expect(await framesOf()).toEqual([])
  const odd = ['{', 'null', '[]', '{"id":"x"}', '{"id":7,"lines":[{"n":1}]}', '{"id":8,"event":{"type":"nonsense"}}']
  writeFileSync(file('events.jsonl'), `${odd.join('\n')}\n${event(9)}`)
  expect(await framesOf()).toEqual(['9 end'])
})

test('windows that join at the same time get the same bytes', async () => {
  writeFileSync(file('events.jsonl'), event(1))
  const first = async () => (await past.frames(job, { after: 0, upTo: 9, lines: 0 }).next()).value
  const [one, other] = await Promise.all([first(), first()])
  expect(one).toBeInstanceOf(Buffer)
  expect(one).toBe(other)
})
