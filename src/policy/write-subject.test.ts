import fc from 'fast-check'
import { expect, test } from 'vitest'
import { subjectOfWrite } from './write-subject.ts'

const one = (of: string, action: string | null, member: string | null = null, isMove = false) => ({
  of,
  ratingKey: '5',
  action,
  member,
  isMove,
})
const anything = { of: 'anything' }

test.each([
  ['/library/metadata/5', one('item', null)],
  ['/library/metadata/5/posters', one('item', 'posters')],
  ['/library/metadata/5/a/b', one('item', 'a/b')],
  ['/library/collections/5/items', one('collection', 'items')],
  ['/library/collections/5/items/7', one('collection', 'items', '7')],
  ['/library/collections/5/items/7/move', one('collection', 'items', '7', true)],
  ['/library/collections/5/items/7/other', one('collection', 'items/7/other')],
  ['/library/collections/5/items/7/move/x', one('collection', 'items/7/move/x')],
  ['/library/collections/5/items/x', one('collection', 'items/x')],
  ['/playlists/5/items/7', one('playlist', 'items', '7')],
  ['/playlists/5', one('playlist', null)],
  ['/playlists', { of: 'new playlist' }],
  ['/library/collections', { of: 'new collection' }],
  ['/library/sections/3/all', { of: 'section', section: '3', action: 'all' }],
  ['/library/sections/3', { of: 'section', section: '3', action: null }],
  ['/:/prefs', { of: 'preferences' }],
  ['/library/sections/all/refresh', anything],
  ['/library/metadata', anything],
  ['/library/metadata/5,6/posters', anything],
  ['/library/metadata/1234567890123456789', anything],
  ['/playlists/x', anything],
  ['/butler', anything],
  ['library/metadata/5', anything],
  ['//library/metadata/5', anything],
  ['', anything],
])('%s', (path, expected) => expect(subjectOfWrite(path)).toEqual(expected))

test('it never throws', () => {
  fc.assert(fc.property(fc.string(), (path) => typeof subjectOfWrite(path).of === 'string'))
})
