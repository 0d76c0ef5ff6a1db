import { expect, test } from 'vitest'
import { splitResource } from './resource.ts'
import { parseUploadPath, queryValue, ratingKeyOf, sectionOf } from './upload-path.ts'

const digits = (count: number) => '7'.repeat(count)

test.each([
  ['/library/metadata/5/posters', { ratingKey: '5', kind: 'poster' }],
  ['/library/collections/5/art', { ratingKey: '5', kind: 'art' }],
  ['/playlists/5/themes', { ratingKey: '5', kind: 'theme' }],
  [`/playlists/${digits(18)}/theme`, { ratingKey: digits(18), kind: 'theme' }],
  [`/playlists/${digits(19)}/theme`, { ratingKey: null, kind: 'theme' }],
  ['/playlists/x5/theme', { ratingKey: null, kind: 'theme' }],
  ['/playlists/5x/theme', { ratingKey: null, kind: 'theme' }],
  ['/playlists//theme', null],
  ['/playlists/5/theme/1', null],
  ['/playlists/5/6/theme', null],
  ['/x/playlists/5/theme', null],
  ['/playlists/5/', null],
  ['/playlists/5/labels', null],
])('an upload to %s', (path, upload) => expect(parseUploadPath(path)).toEqual(upload))

test.each([
  ['/library/metadata/5', '5'],
  ['/library/metadata/5/refresh', '5'],
  ['/library/collections/5/items', '5'],
  ['/playlists/5', '5'],
  ['/playlists/5?id=6', '5'],
  [`/playlists/${digits(18)}`, digits(18)],
  [`/playlists/${digits(19)}`, null],
  ['/playlists/5x', null],
  ['/x/playlists/5', null],
  ['/library/sections/1/all?id=6', '6'],
  ['/library/sections/1/all?type=1&id=6&id=7', '6'],
  ['/library/sections/1/all?id=6,7', null],
  ['/library/sections/1/all?id=', null],
  ['/library/sections/1/all', null],
])('%s writes to the item %s', (raw, ratingKey) => expect(ratingKeyOf(splitResource(raw))).toBe(ratingKey))

test.each([
  ['/library/sections/3', '3'],
  ['/library/sections/3/all', '3'],
  ['/hubs/sections/3/manage', '3'],
  [`/hubs/sections/${digits(9)}`, digits(9)],
  [`/hubs/sections/${digits(10)}`, null],
  ['/library/sections/3x', null],
  ['/x/library/sections/3', null],
  ['/library/metadata/3', null],
])('%s names the section %s', (path, section) => expect(sectionOf(path)).toBe(section))

test('the value of a parameter is the decoded value of the first pair with its name', () => {
  expect(queryValue(splitResource('/a?url2=x&url=a%20b+c&url=d'), 'url')).toBe('a b c')
  expect(queryValue(splitResource('/a?url'), 'url')).toBe('')
  expect(queryValue(splitResource('/a?url=%ff'), 'url')).toBeNull()
  expect(queryValue(splitResource('/a'), 'url')).toBeNull()
})
