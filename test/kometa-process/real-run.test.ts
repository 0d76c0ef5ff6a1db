import { expect, test } from 'vitest'
import type { ItemState, LibraryState } from '../../src/kometa/cache/overlay-state.ts'
import { type CacheUse, type DrawnItem, predictRealRun } from '../../src/kometa/cache/real-run.ts'

const badge = 'Overlay File (0) 4K'
const words = 'text(<<user_rating>>)left00top/opt/kometa/fonts/Roboto-Medium.ttf55'
const item: DrawnItem = { ratingKey: '101', hasLabel: true, base: 'backup', reapplies: false, overlays: [badge] }

const state = (more: Partial<ItemState> = {}): ItemState => ({
  poster: null,
  overlays: { '4K130': '' },
  texts: {},
  ...more,
})
const library = (one: ItemState | null, more: Partial<LibraryState> = {}): LibraryState => ({
  format: '2.4.4',
  items: one === null ? {} : { 101: one },
  images: { [badge]: '4711' },
  ...more,
})
const read = (before: LibraryState | null, after: LibraryState | null): CacheUse => ({ kind: 'read', before, after })
const same = read(library(state()), library(state()))
const newer = { format: '2.4.5' } as const
const named = { overlays: { [badge]: '4K130' } }

test.each<[string, Partial<DrawnItem>, CacheUse, 'draw' | 'skip' | 'unknown', RegExp]>([
  ['nothing has changed', {}, same, 'skip', /nothing has changed/],
  ['reapply_overlays', { reapplies: true }, same, 'draw', /reapply_overlays/],
  ['no label', { hasLabel: false, base: 'current poster' }, same, 'draw', /does not have the label/],
  ['a new clean poster', { base: 'clean Plex poster' }, same, 'draw', /new clean poster/],
  ['an unknown base', { base: null }, same, 'unknown', /not known which picture/],
  ['no cache', {}, { kind: 'off' }, 'draw', /Without|without its cache/],
  ['a cache that cannot be read', {}, { kind: 'unread', why: 'it is damaged' }, 'unknown', /damaged/],
  ['the first run', {}, read(null, null), 'draw', /does not know it/],
  ['an item that is new to the cache', {}, read(library(null), library(state())), 'draw', /does not know it/],
  ['nothing noted', {}, read(library(state()), library(null)), 'unknown', /wrote nothing/],
  [
    'another overlay',
    {},
    read(library(state()), library(state({ overlays: { '4K130': '', HDR: '' } }))),
    'draw',
    /overlays that it gets have changed/,
  ],
  [
    'one overlay less',
    {},
    read(library(state({ overlays: { '4K130': '', HDR: '' } })), library(state())),
    'draw',
    /overlays that it gets have changed/,
  ],
  [
    'the picture of an overlay',
    {},
    read(library(state()), library(state(), { images: { [badge]: '4712' } })),
    'draw',
    /the picture of 4K has changed/,
  ],
  [
    "the picture of another item's overlay",
    {},
    read(library(state()), library(state(), { images: { [badge]: '4711', 'Overlay File (0) HDR': '1' } })),
    'skip',
    /nothing/,
  ],
  [
    'Kometa in another place',
    {},
    read(
      library(state({ overlays: { [words]: '' }, texts: { user_rating: '5.0' } })),
      library(
        state({ overlays: { [words.replace('/opt/kometa', '/srv/mirror 1')]: '' }, texts: { user_rating: '5.0' } }),
      ),
    ),
    'skip',
    /nothing/,
  ],
  [
    'another font of it',
    {},
    read(
      library(state({ overlays: { [words]: '' } })),
      library(state({ overlays: { [words.replace('Roboto-Medium', 'Inter-Medium')]: '' } })),
    ),
    'draw',
    /overlays/,
  ],
  [
    'a value of Plex',
    {},
    read(
      library(state({ overlays: { [words]: '' }, texts: { user_rating: '5.0' } })),
      library(state({ overlays: { [words]: '' }, texts: { user_rating: '9.0' } })),
    ),
    'draw',
    /user_rating is 9.0 now, and was 5.0/,
  ],
  [
    'a value from outside, which 2.4.4 does not compare',
    {},
    read(
      library(state({ overlays: { [words]: '' }, texts: { imdb_rating: '5.0' } })),
      library(state({ overlays: { [words]: '' }, texts: { imdb_rating: '9.0' } })),
    ),
    'skip',
    /nothing/,
  ],
  [
    'a value of an overlay that is gone',
    {},
    read(
      library(state({ overlays: { [words]: '' }, texts: { runtime: '5400000' } })),
      library(state({ overlays: { [words]: '' }, texts: { runtime: '5400000' } })),
    ),
    'unknown',
    /also compares runtime/,
  ],
  [
    'versions, which Kometa never finds the same',
    {},
    read(
      library(state({ overlays: { 'text(<<versions>>)': '' }, texts: { versions: '2' } })),
      library(state({ overlays: { 'text(<<versions>>)': '' }, texts: { versions: '2' } })),
    ),
    'draw',
    /versions/,
  ],
  [
    'an asset',
    { base: 'asset' },
    read(library(state({ poster: '/a/Film/poster.jpg:10:1' })), library(state({ poster: '/a/Film/poster.jpg:11:2' }))),
    'draw',
    /asset has changed/,
  ],
  [
    'an asset that is seen at another place',
    { base: 'asset' },
    read(
      library(state({ poster: '/config/Film/poster.jpg:10:1' })),
      library(state({ poster: '/a/Film/poster.jpg:10:1' })),
    ),
    'unknown',
    /last saw its asset at \/config\/Film\/poster.jpg/,
  ],
  [
    'a cache of 2.4.4 and a newer Kometa',
    {},
    read(library(state()), library(state(named), newer)),
    'draw',
    /newer than its cache/,
  ],
  ['2.4.5, unchanged', {}, read(library(state(named), newer), library(state(named), newer)), 'skip', /nothing/],
  [
    '2.4.5, another look of the same overlay',
    {},
    read(library(state(named), newer), library(state({ overlays: { [badge]: '4K140' } }), newer)),
    'draw',
    /overlays/,
  ],
  [
    '2.4.5, a value from outside, which it compares',
    {},
    read(
      library(state({ overlays: { [badge]: 'text(<<imdb_rating>>)' }, texts: { imdb_rating: '5.0' } }), newer),
      library(state({ overlays: { [badge]: 'text(<<imdb_rating>>)' }, texts: { imdb_rating: '9.0' } }), newer),
    ),
    'draw',
    /imdb_rating is 9.0 now/,
  ],
  [
    '2.4.5, an overlay without a value, which it never notes',
    { overlays: [badge, 'Overlay File (0) IMDb'] },
    read(library(state(named), newer), library(state(named), newer)),
    'draw',
    /IMDb is not in Kometa's cache/,
  ],
])('%s', (_name, more, cache, would, why) => {
  expect(predictRealRun({ ...item, ...more }, cache)).toEqual({ would, why: expect.stringMatching(why) })
})
