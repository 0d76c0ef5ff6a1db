import { describe, expect, test } from 'vitest'
import { ago, bytes, count, duration, elapsed, list, percent } from './format.ts'

test.each([
  [0, '0.0 s'],
  [412, '0.4 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_400, '59 s'],
  [59_500, '1 min 0 s'],
  [72_000, '1 min 12 s'],
  [3_600_000, '1 h 0 min'],
  [4_800_000, '1 h 20 min'],
])('%i ms take %s', (ms, words) => expect(duration(ms)).toBe(words))

test('a running duration has whole seconds', () => {
  expect([elapsed(0), elapsed(1_999), elapsed(61_000)]).toEqual(['0 s', '1 s', '1 min 1 s'])
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [49_000, '49 KB'],
  [20_000_000_000, '20 GB'],
])('%i bytes are %s', (n, words) => expect(bytes(n)).toBe(words))

test('a number takes the singular or the plural', () => {
  expect([count(1, 'job'), count(0, 'job'), count(1_200, 'job'), count(2, 'series', 'series')]).toEqual([
    '1 job',
    '0 jobs',
    '1,200 jobs',
    '2 series',
  ])
})

test('more than nothing never appears as 0 %', () => {
  expect([percent(0), percent(0.000_1), percent(0.03), percent(0.5)]).toEqual(['0 %', '< 0.1 %', '3 %', '50 %'])
})

test('a list ends with "and"', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
})

describe('how long ago', () => {
  const now = Date.parse('2026-05-10T12:00:00Z')
  test.each([
    ['2026-05-10T11:59:30Z', 'just now'],
    ['2026-05-10T12:00:30Z', 'just now'],
    ['2026-05-10T11:55:00Z', '5 minutes ago'],
    ['2026-05-10T09:00:00Z', '3 hours ago'],
    ['2026-05-09T11:00:00Z', 'yesterday'],
  ])('%s was %s', (time, words) => expect(ago(time, now)).toBe(words))

  test('after a week the date says it', () => expect(ago('2026-01-02T12:00:00Z', now)).toContain('2026'))
})
