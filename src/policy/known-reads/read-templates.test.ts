import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { classifyRead } from '../classify-read.ts'
import { parseResource } from '../resource.ts'
import { readTemplates } from './read-templates.ts'

/**
 * Each known read with each of its parameters, one a line, as a client writes it. It is written down apart from the table, so
 * that a read or a parameter that comes or goes is a change of two files, and nobody's accident.
 */
const known = readFileSync(new URL('../../../test/fixtures/reads/all-known-reads.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
const classify = (rawResource: string) =>
  classifyRead({ method: 'GET', rawResource, context: { section: () => undefined, listedArtwork: () => false } })

test.each(known)('%s goes out, with every parameter', (raw) => {
  expect(classify(raw)).toMatchObject({ ok: true, resource: raw })
})

test('there is no other read, and no parameter that is not written down', () => {
  const templates = known.map((raw) => {
    const verdict = classify(raw)
    return verdict.ok ? verdict.template : raw
  })
  expect(templates).toEqual(readTemplates.map(({ path }) => path))
  const names = known.map((raw) => {
    const parsed = parseResource(raw)
    return new Set(parsed.ok ? parsed.resource.pairs.map((pair) => pair.slice(0, pair.indexOf('='))) : [])
  })
  readTemplates.forEach(({ query = {}, search }, at) => {
    const written = names[at] ?? new Set()
    expect([...Object.keys(query), ...(search ? ['guid'] : [])].filter((name) => !written.has(name))).toEqual([])
  })
})

test('the listings of artwork, and what is always added', () => {
  const listing = known.filter((raw) => {
    const verdict = classify(raw)
    return verdict.ok && verdict.listsArtwork
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

test.each(['push', 'pop', 'and', 'or', 'title'])('%s may stand twice in a search, and nowhere else', (name) => {
  const twice = `${name}=1&${name}=1`
  expect(classify(`/library/sections/1/all?${twice}`)).toMatchObject({ ok: true })
  expect(classify(`/playlists?${twice}`)).toMatchObject({ ok: false })
})
