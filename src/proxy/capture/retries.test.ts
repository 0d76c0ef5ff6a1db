import { expect, test } from 'vitest'
import type { Capture } from '../../contract/records.ts'
import { createRetries } from './retries.ts'
import type { UploadDescription } from './types.ts'

const upload = (changes: Partial<UploadDescription> = {}): UploadDescription => ({
  seq: 1,
  timestamp: '2026-01-02T03:04:05Z',
  server: 'home',
  method: 'POST',
  path: '/library/metadata/1/posters',
  query: '',
  ratingKey: '1',
  kind: 'poster',
  ...changes,
})
const capture = (seq: number): Capture => ({
  ...{
    seq,
    timestamp: '2026-01-02T03:04:05Z',
    server: 'home',
    method: 'POST',
    path: '/',
    rating_key: '1',
    kind: 'poster',
  },
  ...{ size_bytes: 1, saved_path: null, parse_error: null, type: null, sha256: null, width: null, height: null },
  ...{ overlay_mark: false, attempts: 1, source_url: null, other_paths: [] },
})

test('an upload that begins after the same one was settled repeats it; each time counts', () => {
  const retries = createRetries()
  retries.add(retries.begin(upload()), 'A', capture(1))
  expect(retries.repeat(retries.begin(upload()), 'A')).toMatchObject({ seq: 1, attempts: 2 })
  expect(retries.repeat(retries.begin(upload()), 'A')).toMatchObject({ seq: 1, attempts: 3 })
  expect(retries.list()).toMatchObject([{ seq: 1, attempts: 3 }])
})

test('one that began before the other was settled does not', () => {
  const retries = createRetries()
  const [first, second] = [retries.begin(upload()), retries.begin(upload())]
  retries.add(first, 'A', capture(1))
  expect(retries.repeat(second, 'A')).toBeNull()
})

test.each([
  ['another server', { server: 'away' }],
  ['another item', { ratingKey: '2' }],
  ['another kind', { kind: 'art' as const }],
])('nor does one of %s', (_what, changes) => {
  const retries = createRetries()
  retries.add(retries.begin(upload()), 'A', capture(1))
  expect(retries.repeat(retries.begin(upload(changes)), 'A')).toBeNull()
  expect(retries.repeat(retries.begin(upload()), 'B')).toBeNull()
})

test('the latest by its number counts, whatever was settled first: A after A, B is new', () => {
  const retries = createRetries()
  retries.add(retries.begin(upload()), 'A', capture(1))
  retries.add(retries.begin(upload()), 'B', capture(3))
  retries.add(retries.begin(upload()), 'C', capture(2))
  const next = retries.begin(upload())
  expect(retries.repeat(next, 'A')).toBeNull()
  expect(retries.repeat(next, 'C')).toBeNull()
  expect(retries.repeat(next, 'B')).toMatchObject({ seq: 3, attempts: 2 })
  expect(retries.list().map(({ seq, attempts }) => [seq, attempts])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
  ])
})
