import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nextDay, readSchedule } from '../../../../src/config/run-config/real-run/schedule.ts'

/** The answers of `schedule_check` of Kometa 2.4.4 for random days: year, month, day, hour. */
const moments = z.array(z.tuple([z.int(), z.int(), z.int(), z.int()]))
const table = z
  .array(z.object({ schedule: z.union([z.string(), z.array(z.string())]), runs: moments, rests: moments }))
  .parse(JSON.parse(readFileSync(new URL('../../../fixtures/schedules.json', import.meta.url), 'utf8')))

describe("as Kometa's own judge says", () => {
  test.each(table.map((row) => [String(row.schedule), row] as const))('%s', (_name, { schedule, runs, rests }) => {
    const read = readSchedule(schedule)
    const says = ([year, month, day, hour]: (typeof runs)[number]) =>
      read.includes(new Date(year, month - 1, day, 12), hour)
    expect(runs.map(says)).toEqual(runs.map(() => true))
    expect(rests.map(says)).toEqual(rests.map(() => false))
  })
})

test('the next day of a schedule, also over a leap year', () => {
  expect(nextDay(readSchedule('yearly(02/29)'), new Date(2026, 2, 1))?.toDateString()).toBe('Sun Feb 28 2027')
  expect(nextDay(readSchedule('date(11/30/2026)'), new Date(2026, 10, 30))).toBeNull()
})
