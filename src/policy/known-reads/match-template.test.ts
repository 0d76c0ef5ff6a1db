import { expect, test } from 'vitest'
import { compileTemplates, matchTemplate } from './match-template.ts'
import { completeRow, type ReadRow } from './read-templates.ts'

const thumb = (stamp: string) => ({ '{id}': '5', '{element}': 'thumb', '{stamp}': stamp })

test.each([
  ['/library/sections/all', '/library/sections/all', {}],
  ['/library/sections/3', '/library/sections/{section}', { '{section}': '3' }],
  ['/library/sections/3/genre', '/library/sections/{section}/{tag}', { '{section}': '3', '{tag}': 'genre' }],
  ['/library/sections/3/search', '/library/sections/{section}/search', { '{section}': '3' }],
  ['/library/metadata/5', '/library/metadata/{ids}', { '{ids}': '5' }],
  ['/library/metadata/5,6', '/library/metadata/{ids}', { '{ids}': '5,6' }],
  ['/library/metadata/5/posters', '/library/metadata/{id}/posters', { '{id}': '5' }],
  ['/library/metadata/5/thumb/17', '/library/metadata/{id}/{element}/{stamp}', thumb('17')],
  ['/library/metadata/5/thumb/-1', '/library/metadata/{id}/{element}/{stamp}', thumb('-1')],
  ['/:/resources/a.png', '/:/resources/{file}', { '{file}': 'a.png' }],
  ['/library/collections/5', '/library/collections/{collection}', { '{collection}': '5' }],
  ['/playlists/5/items', '/playlists/{playlist}/items', { '{playlist}': '5' }],
  ['/', '/', {}],
])('%s is %s', (path, template, found) => {
  const match = matchTemplate(path)
  expect(match?.compiled.template.path).toBe(template)
  expect(match).toEqual({ holes: found, compiled: match?.compiled })
})

test.each([
  '/library/',
  '/library/metadata',
  '/library/metadata/',
  '/library/metadata/5/',
  '/library/metadata/5,6/posters',
  '/library/metadata/5/thumb',
  '/library/metadata/5/thumbs/17',
  '/library/metadata/5/xthumb/17',
  '/library/metadata/5/thumb/17/x',
  '/library/sections/3/genre/x',
  '/library/sections/3/gen1re',
  '/library/sections/x3',
  '/library/sections/3x',
  '/:/resources/a.jpgx',
  '/:/resources/apng',
  '/:/resources/a.b.png',
  '/{section}',
  '/library/sections/{section}',
])('%s is not a read', (path) => expect(matchTemplate(path)).toBeUndefined())

const query = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, 'flag' as const]))

const compile = (...rows: (Pick<ReadRow, 'path'> & Partial<ReadRow>)[]) =>
  compileTemplates(rows.map((row) => completeRow({ answer: 'text', kept: 'job', ...row })))

test('an ambiguous or invalid table is rejected', () => {
  expect(() => compile({ path: '/a/{id}' }, { path: '/a/{id}' })).toThrow('two read templates for /a/{id}')
  expect(() => compile({ path: '/a/{other}' })).toThrow('unknown placeholder {other}')
  expect(() => compile({ path: '/a', query: query(32) })).toThrow('too many parameters')
  expect(() => compile({ path: '/a', query: query(31) }, { path: '/a/{id}' }, { path: '/a/{id}/b' })).not.toThrow()
})
