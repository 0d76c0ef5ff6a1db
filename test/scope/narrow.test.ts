import { describe, expect, test } from 'vitest'
import { recognizeRead } from '../../src/policy/recognize-read.ts'
import { type NarrowForm, narrowResource } from '../../src/proxy/scope/narrow.ts'
import { classifyListing } from '../../src/proxy/scope/scope-rules.ts'
import { awkwardTitles } from './scope-world.ts'

const item = (
  ratingKey: string,
  title: string,
  parentTitle: string | null = null,
  grandparentTitle: string | null = null,
) => ({ ratingKey, title, parentTitle, grandparentTitle })

function narrow(target: string, form: NarrowForm, items: ReturnType<typeof item>[]): string | null {
  const read = recognizeRead(target)
  const query = read === null ? null : classifyListing(read, {}, () => 'movie')
  return query === null ? null : narrowResource(query, form, items)
}

const all = '/library/sections/1/all'
const two = [item('5', 'A'), item('6', 'B')]

describe('the narrower question', () => {
  test.each<[string, NarrowForm, string]>([
    [`${all}?includeGuids=1&type=1`, 'id', `${all}?includeGuids=1&type=1&id=5%2C6`],
    [`${all}?type=1&sort=titleSort&genre=5`, 'id', `${all}?type=1&sort=titleSort&genre=5&and=1&id=5%2C6`],
    // Kometa's `any` alternatives are in their own group; alternatives without a group get one.
    [
      `${all}?type=1&push=1&genre=5&or=1&genre=6&pop=1`,
      'id',
      `${all}?type=1&push=1&genre=5&or=1&genre=6&pop=1&and=1&id=5%2C6`,
    ],
    [`${all}?type=1&genre=5&or=1&genre=6`, 'id', `${all}?type=1&push=1&genre=5&or=1&genre=6&pop=1&and=1&id=5%2C6`],
    [`${all}?type=1&genre=5`, 'title', `${all}?type=1&genre=5&and=1&push=1&title%3D=A&or=1&title%3D=B&pop=1`],
    [`${all}?type=2&show.genre=5`, 'typed id', `${all}?type=2&show.genre=5&and=1&show.id=5%2C6`],
  ])('of %s by %s', (target, form, expected) => {
    expect(narrow(target, form, two)).toBe(expected)
  })

  test('keeps the client’s parameters byte for byte', () => {
    const filters = 'push=1&title%3D=a%20b%2Cc&or=1&summary=%22x%22&pop=1&and=1&addedAt%3E%3E=-30d&and=1&hdr!=1'
    expect(narrow(`${all}?type=1&${filters}`, 'id', two)).toBe(`${all}?type=1&${filters}&and=1&id=5%2C6`)
  })

  test('seasons and episodes are named by their show', () => {
    expect(narrow(`${all}?type=3`, 'title', [item('5', 'Season 1', 'Show & Co')])).toBe(
      `${all}?type=3&show.title%3D=Show%20%26%20Co`,
    )
    const episodes = [item('5', 'Pilot', 'Season 1', 'X'), item('6', 'Two', 'Season 1', 'X')]
    expect(narrow(`${all}?type=4`, 'title', episodes)).toBe(`${all}?type=4&show.title%3D=X`)
    expect(narrow(`${all}?type=4`, 'title', [item('5', 'Pilot')])).toBeNull()
  })

  test('titles survive, whatever characters they contain', () => {
    for (const title of [...awkwardTitles, 'a=b', "it's (1)!", 'half \ud83c']) {
      const target = narrow(`${all}?type=1`, 'title', [item('5', title)])
      const value = target?.split('title%3D=')[1] ?? ''
      expect(value).toMatch(/^[A-Za-z0-9\-._~%]*$/)
      expect(decodeURIComponent(value).replaceAll('%2C', ',')).toBe(Buffer.from(title).toString())
    }
  })

  test('is not asked if it is too long', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => item(String(1_000_000 + index), 'x'))
    expect(narrow(`${all}?type=1`, 'id', many)).not.toBeNull()
    expect(
      narrow(
        `${all}?type=1`,
        'title',
        many.map((one, index) => ({ ...one, title: `title ${index}` })),
      ),
    ).toBeNull()
  })

  test('is not asked for a movie in the typed form, nor for an empty scope', () => {
    expect(narrow(`${all}?type=1`, 'typed id', two)).toBeNull()
    expect(narrow(`${all}?type=1`, 'id', [])).toBeNull()
  })
})
