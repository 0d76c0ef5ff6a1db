import { describe, expect, test } from 'vitest'
import { recognizeRead } from '../../src/policy/recognize-read.ts'
import { classifyListing } from '../../src/proxy/scope/scope-rules.ts'

const types = (section: string) =>
  ({ 1: 'movie', 2: 'show', 3: 'artist' })[section] as 'movie' | 'show' | 'artist' | undefined
const classify = (target: string, headers: Record<string, string> = {}) => {
  const read = recognizeRead(target)
  return read === null ? null : classifyListing(read, headers, types)
}
const all = '/library/sections/1/all'

describe('the scope applies to', () => {
  test.each([
    [`${all}?includeGuids=1&type=1`, [1]],
    [`${all}?type=1&sort=titleSort&genre=5`, [1]],
    [`${all}?includeGuids=1&label=5`, [1]],
    ['/library/sections/2/all?includeGuids=1&show.label=5', [2]],
    ['/library/sections/2/all?type=3', [3]],
    ['/library/sections/2/all?type=4&sort=random', [4]],
    ['/library/sections/3/all', [8]],
    ['/library/sections/3/albums', [9]],
    ['/library/sections/9/all', []],
    ['/library/sections/1/all?type=1%2C18', [1, 18]],
    // A target that cannot be parsed is scoped nevertheless.
    ['/library/sections/1/all?type=movie', []],
    ['/library/sections/1/all?type=%ff', []],
    ['/library/sections/1/search?type=1&query=x', [1]],
    ['/library/sections/1/recentlyAdded', [1]],
    ['/library/sections/1/onDeck', [1]],
    // With `or`, the parent is only one of several ways to match.
    ['/library/sections/3/all?type=9&artist.id=5&or=1&genre=3', [9]],
    ['/library/sections/3/all?type=8&artist.id=5', [8]],
    ['/library/sections/2/all?type=4&show.id%21=5', [4]],
  ])('%s', (target, expected) => {
    expect(classify(target)?.types).toEqual(expected)
  })
})

describe('the scope does not apply to', () => {
  test.each([
    `${all}?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0`,
    `${all}?type=18`,
    `${all}?includeGuids=1&title=x&type=18`,
    '/library/sections/1/collections',
    '/library/sections/1/genre?type=1',
    '/library/sections/1/label',
    '/library/sections/1/filters?type=1',
    '/library/sections/1/firstCharacter?type=1',
    '/library/sections/1/folder',
    '/library/sections/1/prefs',
    '/library/sections/1',
    '/library/sections',
    '/library/sections/3/all?type=9&artist.id=5',
    '/library/sections/3/all?artist.id=5&includeGuids=1&type=10',
    '/library/metadata/5',
    '/library/metadata/5/children',
    '/library/metadata/5/allLeaves',
    '/library/metadata/5/posters',
    '/library/collections/5/children',
    '/hubs/search?query=x&sectionId=1',
    '/',
  ])('%s', (target) => {
    expect(classify(target)).toBeNull()
  })
})

describe("the removal pass's label search", () => {
  test.each([
    [`${all}?includeGuids=1&label=5`, true],
    ['/library/sections/2/all?includeGuids=1&type=4&episode.label=5', true],
    [`${all}?includeGuids=1&label=5&sort=titleSort`, false],
    [`${all}?type=1&sort=titleSort&label=5`, false],
    [`${all}?label=5`, false],
    [`${all}?includeGuids=1&label%21=5`, false],
    [`${all}?includeGuids=1&genre=5`, false],
  ])('%s: %s', (target, removal) => {
    expect(classify(target)?.removal).toBe(removal)
  })
})

test('paging by header or by query, and not as part of the question', () => {
  const byQuery = classify(`${all}?X-Plex-Container-Start=100&type=1&X-Plex-Container-Size=50`)
  const byHeader = classify(`${all}?type=1`, { 'x-plex-container-start': '100', 'x-plex-container-size': '50' })
  expect(byQuery).toEqual(byHeader)
  expect(byQuery?.page).toEqual({ start: 100, size: 50 })
  expect(classify(`${all}?type=1`)?.page).toBeNull()
  expect(classify(`${all}?type=1&X-Plex-Container-Start=7`)?.page).toEqual({ start: 7, size: null })
})

test('what can be narrowed, and what only Plex can evaluate as a whole', () => {
  const narrowable = (target: string) => classify(target)?.narrowable
  expect(narrowable(`${all}?type=1&sort=titleSort&genre=5`)).toBe(true)
  expect(narrowable(`${all}?type=1&limit=5&sort=titleSort&genre=5`)).toBe(false)
  expect(narrowable(`${all}?type=1%2C2`)).toBe(false)
  expect(narrowable(`${all}?type=1&includeCollections=1`)).toBe(false)
  expect(narrowable('/library/sections/1/recentlyAdded')).toBe(false)
  const { limit, random } = classify(`${all}?type=1&limit=5&sort=random`) ?? {}
  expect({ limit, random }).toEqual({ limit: 5, random: true })
})
