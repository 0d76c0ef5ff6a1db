import fc from 'fast-check'
import { expect, test } from 'vitest'
import { artworkKinds } from '../../contract/artwork-kinds.ts'
import { createCaptureNames } from './names.ts'
import type { UploadDescription } from './types.ts'

const upload = (changes: Partial<UploadDescription>): UploadDescription => ({
  seq: 1,
  timestamp: '2026-12-31T23:59:59.999999Z',
  server: '',
  method: 'POST',
  path: '/',
  query: '',
  ratingKey: '1',
  kind: 'poster',
  ...changes,
})

test('the form of a name, with as many decimals as the clock has', () => {
  const names = createCaptureNames(() => 0)
  expect(names.claim(upload({}))).toBe('1_poster_20261231_235959_999999')
  expect(names.claim(upload({ timestamp: '2026-01-02T03:04:05Z' }))).toBe('1_poster_20260102_030405_000000')
  expect(names.claim(upload({ timestamp: '2026-01-02T03:04:05.678Z' }))).toBe('1_poster_20260102_030405_678000')
  expect(names.claim(upload({ ratingKey: null, kind: null, timestamp: 'never' }))).toBe(
    'unknown_unknown_19700101_000000_000000',
  )
})

test('ten thousand uploads in one microsecond, over the turn of the year', () => {
  const names = createCaptureNames(() => 0)
  const all = Array.from({ length: 10_000 }, () => names.claim(upload({})))
  expect(all[1]).toBe('1_poster_20270101_000000_000000')
  expect(new Set(all).size).toBe(10_000)
})

test('any uploads whatever: safe names, unique without regard to case', () => {
  const any = fc.record({
    ratingKey: fc.oneof(fc.constant(null), fc.constantFrom('1', '12'), fc.string()),
    kind: fc.oneof(fc.constant(null), fc.constantFrom(...artworkKinds)),
    timestamp: fc.constantFrom(
      '2026-01-02T03:04:05.000001Z',
      '2026-01-02T03:04:05.000002Z',
      '2026-01-02T03:04:05Z',
      'x',
    ),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), (uploads) => {
      const names = createCaptureNames(() => 1_800_000_000_000)
      const all = uploads.map((each) => names.claim(upload(each)))
      for (const name of all) expect(name).toMatch(/^(\d{1,18}|unknown)_[A-Za-z]+_\d{8}_\d{6}_\d{6}$/)
      expect(new Set(all.map((name) => name.toLowerCase())).size).toBe(all.length)
    }),
  )
})
