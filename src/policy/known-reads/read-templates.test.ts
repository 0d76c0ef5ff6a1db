import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { classifyRead } from '../classify-read.ts'
import { parseResource } from '../resource.ts'
import { type ReadTemplate, readTemplates } from './read-templates.ts'

/**
 * Each known read with all of its parameters, one per line, as a client writes it. This list is separate from the
 * table, so that nobody adds or removes a read or parameter by accident.
 */
const known = readFileSync(new URL('../../../test/fixtures/reads/all-known-reads.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
const classify = (rawResource: string) =>
  classifyRead({ method: 'GET', rawResource, context: { section: () => undefined, listedArtwork: () => false } })

test.each(known)('%s goes out with every parameter', (raw) => {
  expect(classify(raw)).toMatchObject({ ok: true, resource: raw })
})

test('the table has no read and no parameter beyond the list', () => {
  const templates = known.map((raw) => {
    const verdict = classify(raw)
    return verdict.ok ? verdict.template : raw
  })
  expect(templates).toEqual(readTemplates.map(({ path }) => path))
  const names = known.map((raw) => {
    const parsed = parseResource(raw)
    return new Set(parsed.ok ? parsed.resource.pairs.map((pair) => pair.slice(0, pair.indexOf('='))) : [])
  })
  readTemplates.forEach(({ query, search }, at) => {
    const written = names[at] ?? new Set()
    expect([...Object.keys(query), ...(search ? ['guid'] : [])].filter((name) => !written.has(name))).toEqual([])
  })
})

test('the artwork lists, and the pairs that are always added', () => {
  const listing = known.filter((raw) => {
    const verdict = classify(raw)
    return verdict.ok && verdict.row.answer === 'artworks'
  })
  expect(listing.map((raw) => raw.split(/[/?]/)[4])).toEqual([
    'posters',
    'arts',
    'clearLogos',
    'squareArts',
    'banners',
    'themes',
  ])
  expect(classify('/library/metadata/5')).toMatchObject({ resource: '/library/metadata/5?skipRefresh=1' })
})

test.each(['push', 'pop', 'and', 'or', 'title'])('%s may occur twice in a search, and nowhere else', (name) => {
  const twice = `${name}=1&${name}=1`
  expect(classify(`/library/sections/1/all?${twice}`)).toMatchObject({ ok: true })
  expect(classify(`/playlists?${twice}`)).toMatchObject({ ok: false })
})

const columns = {
  path: /^\//,
  answer: /^(text|listing|artworks|picture)$/,
  kept: /^(never|job|server|sections|section|items)$/,
  ahead: /^(null|server|section|item|labelled item)$/,
  listsType: /^(null|9)$/,
  query: null,
  search: /^(true|false)$/,
  needs: null,
  adds: null,
} satisfies Record<keyof ReadTemplate, RegExp | null>

test('every row fills in every column', () => {
  for (const row of readTemplates) {
    expect(Object.keys(row).sort()).toEqual(Object.keys(columns).sort())
    for (const [name, values] of Object.entries(columns)) {
      if (values !== null) expect(String(row[name as keyof ReadTemplate]), `${row.path} ${name}`).toMatch(values)
    }
    // The path must name the section or item that the stamp belongs to, and the section that the scope shortens.
    const isOfSection = row.path.includes('{section}')
    if (row.kept === 'section' || row.answer === 'listing') expect(isOfSection, row.path).toBe(true)
    if (row.kept === 'items') expect(row.path).toMatch(/\{ids?\}/)
  }
})
