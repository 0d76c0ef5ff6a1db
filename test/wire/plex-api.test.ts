import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { undecided } from '../support/api-description.ts'

/**
 * Descriptions of Plex's API that we have reviewed; PLEX_API_DESCRIPTION names a newer one (JSON), to find what it
 * adds.
 */
const folder = fileURLToPath(new URL('../fixtures/plex-api/', import.meta.url))
const given = process.env.PLEX_API_DESCRIPTION
const files = [...readdirSync(folder).map((name) => join(folder, name)), ...(given ? [given] : [])]
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const [first = ''] = files

test.each(files)('%s: every operation is a read, or a write that the witness knows', (file) => {
  expect(undecided(read(file))).toEqual([])
})

test('the description has 130 writes on 106 paths', () => {
  const { paths } = read(first) as { paths: Record<string, Record<string, unknown>> }
  const verbs = Object.values(paths).flatMap((operations) => Object.keys(operations))
  expect([Object.keys(paths).length, verbs.filter((verb) => verb !== 'get').length]).toEqual([106, 130])
})

test.each([
  [
    'a write on a new path',
    '/library/sections/{sectionId}/defragment',
    { put: {} },
    ['PUT /library/sections/{sectionId}/defragment'],
  ],
  ['a new verb on a known path', '/library/caches', { delete: {}, post: {} }, ['POST /library/caches']],
  ['an entirely new method', '/identity', { get: {}, query: {} }, ['QUERY /identity']],
  ['a read on a path that had only writes', '/library/optimize', { get: {}, put: {} }, ['GET /library/optimize']],
  ['a placeholder with another name changes nothing', '/library/metadata/{key}/refresh', { put: {} }, []],
])('a newer description fails here until somebody decides: %s', (_name, path, operations, expected) => {
  const { paths } = read(first) as { paths: Record<string, unknown> }
  expect(undecided({ paths: { ...paths, [path]: operations } })).toEqual(expected)
})

test('anything that is not a description is reported', () => {
  expect(() => undecided({})).toThrow(/no API description/)
})
