import { expect, test } from 'vitest'
import { ownResource } from './own-url.ts'

test.each([
  [
    'http://127.0.0.1:4000/library/metadata/5/file?url=upload%3A%2F%2Fx&X-Plex-Token=t',
    '/library/metadata/5/file?url=upload%3A%2F%2Fx&X-Plex-Token=t',
  ],
  ['http://localhost:4000/library/metadata/5/thumb/1', '/library/metadata/5/thumb/1'],
  ['http://host.docker.internal:4000/library/metadata/5/thumb/1', '/library/metadata/5/thumb/1'],
  ['http://127.0.0.1:4000/a/../b', '/a/../b'],
  ['http://plex:32400/base/library/metadata/5/thumb/1', '/library/metadata/5/thumb/1'],
  ['/library/metadata/5/thumb/1', '/library/metadata/5/thumb/1'],
  ['upload://posters/a b', null],
  ['upload://posters/ab', '/library/metadata/7/file?url=upload%3A%2F%2Fposters%2Fab'],
  ['http://127.0.0.1:4001/library/metadata/5/thumb/1', null],
  ['http://127.0.0.1:4000', null],
  ['https://127.0.0.1:4000/x', null],
  ['http://user@127.0.0.1:4000/x', null],
  ['http://127.0.0.1.evil.com:4000/x', null],
  ['http://plex:32400/basement', null],
  ['//127.0.0.1:4000/x', null],
  ['https://image.tmdb.org/t/p/original/a.jpg', null],
  ['not a url', null],
  ['http://[::1]:4000/x', '/x'],
  ['HTTP://127.0.0.1:4000/x?a#b', '/x?a#b'],
  ['http://:pw@127.0.0.1:4000/x', null],
  ['http://u:pw@127.0.0.1:4000/x', null],
  [' http://127.0.0.1:4000/x', null],
  ['http://127.0.0.1:4000/a\nb', null],
  ['http://127.0.0.1/x', null],
  ['http://plex:32400/base', null],
  ['http://plex:32400/other/x', null],
  ['', null],
])('%s -> %s', (url, resource) => {
  expect(ownResource(url, '7', 4000, 'http://plex:32400/base')).toBe(resource)
})

test('artwork of Plex can only be read through an item', () => {
  expect(ownResource('upload://posters/ab', null, 4000, 'http://plex:32400')).toBeNull()
})
