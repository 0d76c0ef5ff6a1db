import { expect, test } from 'vitest'
import { backupKey } from '../../src/config/workspace/backups.ts'
import type { LibraryState } from '../../src/kometa/cache/overlay-state.ts'
import type { ItemResult } from '../../src/kometa/log/read/log-events.ts'
import { factsOf } from '../../src/run/summary/target-facts.ts'

/** A real run draws an item again if the picture of one of its overlays has changed. */
function realRunWith(overlays: string[], changed: string) {
  const key = backupKey('Movies', '101')
  const state = (picture: string) =>
    ({
      format: '2.4.4',
      images: { [changed]: picture },
      items: { '101': { overlays: {}, poster: null, texts: {} } },
    }) as unknown as LibraryState
  const run = {
    libraries: ['Movies'],
    strayBackups: new Map(),
    backups: new Map([[key, { sha256: 'clean' }]]),
    backupsLeft: new Map([[key, 'same']]),
    withAssets: new Set(),
    overlaidBackups: new Set(),
    record: { runs: [] },
    cacheOf: () => ({ kind: 'read', before: state('old'), after: state('new') }),
  }
  const target = { ratingKey: '101', server: 's', mappings: ['Movies'], ancestors: [], hasOverlayLabel: true }
  const capture = { sha256: 'drawn', source_url: null, overlay_mark: true, seq: 1, server: 's', rating_key: '101' }
  const item = { library: { mapping: 'Movies', title: 'Movies' }, overlays: overlays.map((full) => ({ full })) }
  const output = { target, mapped: { status: 'exported', restore: false, capture } }
  // Fields that factsOf does not read are left out.
  return factsOf(output as unknown as Parameters<typeof factsOf>[0], {
    runs: [run] as unknown as Parameters<typeof factsOf>[1]['runs'],
    item: item as unknown as ItemResult,
    ...{ imageReads: new Map(), blocked: [], captures: [], reason: null, notDrawnToday: () => null },
  }).realRun
}

test('if the log names no overlay of an item, a changed picture may belong to it', () => {
  expect(realRunWith(['A'], 'A')).toMatchObject({ would: 'draw' })
  expect(realRunWith(['B'], 'A')).toMatchObject({ would: 'skip' })
  expect(realRunWith([], 'A')).toMatchObject({ would: 'unknown', why: 'the picture of an overlay has changed' })
})
