import { describe, expect, test } from 'vitest'
import type { Capture } from '../../contract/records.ts'
import { findExtras, mapTarget } from './map-captures.ts'

const target = { id: 'matrix', ratingKey: '12345', server: 'plex-a' }

function capture(fields: Partial<Capture>): Capture {
  return {
    seq: 1,
    timestamp: '2026-01-01T00:00:00.000Z',
    server: 'plex-a',
    method: 'POST',
    path: '/library/metadata/12345/posters',
    rating_key: '12345',
    kind: 'poster',
    size_bytes: 10,
    saved_path: 'output/by_ratingkey/x.webp',
    parse_error: null,
    type: 'webp',
    sha256: '00',
    width: 1000,
    height: 1500,
    overlay_mark: true,
    attempts: 1,
    source_url: null,
    other_paths: [],
    ...fields,
  }
}

describe('mapTarget', () => {
  test('the last poster wins, by order of arrival and not by clock', () => {
    const first = capture({ seq: 7, timestamp: '2026-01-01T00:00:09.000Z' })
    const last = capture({ seq: 8, timestamp: '2026-01-01T00:00:01.000Z' })
    expect(mapTarget(target, [last, first])).toMatchObject({ status: 'exported', capture: { seq: 8 } })
  })

  test('poster before art before thumb, even when the art came last', () => {
    const poster = capture({ seq: 1 })
    const art = capture({ seq: 2, kind: 'art' })
    const thumb = capture({ seq: 3, kind: 'thumb' })
    expect(mapTarget(target, [poster, art, thumb])).toMatchObject({ status: 'exported', kind: 'poster' })
    expect(mapTarget(target, [thumb, art])).toMatchObject({ status: 'incomplete', kind: 'art' })
    expect(mapTarget(target, [thumb])).toMatchObject({ status: 'incomplete', kind: 'thumb' })
  })

  test('a poster without the overlay mark is a restore', () => {
    expect(mapTarget(target, [capture({ overlay_mark: false })])).toMatchObject({ status: 'exported', restore: true })
  })

  test('the same ratingKey on another server, another kind, or an unreadable body is not taken', () => {
    expect(mapTarget(target, [capture({ server: 'plex-b' })])).toMatchObject({ status: 'missing', reason: null })
    expect(mapTarget(target, [capture({ kind: 'clearLogo' })])).toMatchObject({ status: 'missing' })
    const unreadable = capture({ parse_error: 'no image', type: null })
    expect(mapTarget(target, [unreadable])).toMatchObject({
      status: 'missing',
      reason: expect.stringContaining('no image'),
    })
  })

  test('a target without ratingKey is missing whatever came', () => {
    const unknown = { id: 'x', ratingKey: null, server: null }
    expect(mapTarget(unknown, [capture({ rating_key: null })])).toMatchObject({ status: 'missing' })
  })
})

test('findExtras gives what belongs to no target', () => {
  const own = capture({})
  const show = capture({ rating_key: '9' })
  const elsewhere = capture({ server: 'plex-b' })
  expect(findExtras([target], [own, show, elsewhere])).toEqual([show, elsewhere])
})
