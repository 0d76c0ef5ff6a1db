import { expect, test } from 'vitest'
import { collectionName, onlyItem, recognizeRead } from './recognize-read.ts'

const about = (resource: string) => {
  const read = recognizeRead(resource)
  if (read === null) return null
  const { row, section, ratingKeys, isCollection, tag, element } = read
  return [row.path, section, ratingKeys.join(), isCollection, tag, element]
}

test.each([
  ['/library/sections/3/genre?type=1', ['/library/sections/{section}/{tag}', '3', '', false, 'genre', undefined]],
  ['/library/metadata/5,6?a=b', ['/library/metadata/{ids}', undefined, '5,6', false, undefined, undefined]],
  [
    '/library/metadata/5/thumb/17',
    ['/library/metadata/{id}/{element}/{stamp}', undefined, '5', false, undefined, 'thumb'],
  ],
  ['/library/collections/5', ['/library/collections/{collection}', undefined, '5', true, undefined, undefined]],
  ['/playlists/5', ['/playlists/{playlist}', undefined, '5', false, undefined, undefined]],
  ['/library/streams/5/levels', ['/library/streams/{stream}/levels', undefined, '', false, undefined, undefined]],
])('%s', (resource, expected) => expect(about(resource)).toEqual(expected))

test('an unknown read has no subject', () => expect(recognizeRead('/library/metadata/5/refresh')).toBeNull())

test.each([
  ['/library/metadata/5', '5'],
  ['/library/metadata/5?skipRefresh=1', '5'],
  ['/library/metadata/5,6', null],
  ['/library/metadata/5/posters', null],
  ['/library/metadata/5/thumb/1', null],
  ['/library/collections/5', null],
])('the only item of %s: %s', (resource, expected) => {
  const read = recognizeRead(resource)
  expect(read && onlyItem(read)).toBe(expected)
})

test.each([
  ['/library/sections/1/all?type=18&title=A+B', 'A B'],
  ['/library/sections/1/all?type=18', null],
  ['/library/sections/1/all?type=1&title=A', null],
  ['/library/sections/1/collections?type=18&title=A', null],
  ['/library/sections/1/search?type=18&title=A', null],
  ['/library/all?type=18&title=A', null],
  ['/library/sections/1/all?type=18&title=%ff', null],
])('the collection name in %s: %s', (resource, expected) => {
  const read = recognizeRead(resource)
  expect(read && collectionName(read)).toBe(expected)
})
