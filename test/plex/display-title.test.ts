import { expect, test } from 'vitest'
import { displayTitle } from '../../src/plex/items/item.ts'

const none = { title: '', parentTitle: null, grandparentTitle: null, index: null, parentIndex: null }

test('titles as Kometa logs them', () => {
  expect([
    displayTitle({ ...none, type: 'movie', title: 'Metropolis' }),
    displayTitle({ ...none, type: 'season', title: 'Specials', parentTitle: 'Serial', index: 0 }),
    displayTitle({ ...none, type: 'episode', grandparentTitle: 'Serial', parentIndex: 0, index: 1 }),
    displayTitle({ ...none, type: 'episode', grandparentTitle: 'Serial', parentIndex: 12, index: 123 }),
    displayTitle({ ...none, type: 'episode', grandparentTitle: 'Daily', parentIndex: 1 }),
    displayTitle({ ...none, type: 'album', title: 'Blue', parentTitle: 'Artist' }),
  ]).toEqual([
    'Metropolis',
    'Serial Season 0',
    'Serial S00E01',
    'Serial S12E123',
    'Daily S01ENONE',
    'Artist Album Blue',
  ])
})
