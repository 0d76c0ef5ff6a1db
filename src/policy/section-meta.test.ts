import { expect, test } from 'vitest'
import { metaResource, neverTagLists, parseSectionMeta, plainMeta } from './section-meta.ts'

test('fields lose their type prefix; filters are both fields and tag lists', () => {
  const { fields, tagLists } = parseSectionMeta(
    `<?xml version="1.0"?><MediaContainer><Meta><Type><Field key="episode.hdr"/><Filter filter="studio" key="/library/sections/2/studio?type=2"/></Type></Meta></MediaContainer>`,
  )
  expect([...fields]).toEqual(expect.arrayContaining(['hdr', 'studio', 'id', 'guid', 'unviewedLeafCount']))
  expect([...tagLists].sort()).toEqual(['label', 'studio'])
})

test('raw SQL and action words are never accepted, even if a Meta lists them', () => {
  const { fields, tagLists } = parseSectionMeta(
    `<MediaContainer><Field key="having"/><Field key="show.group"/><Field key="title.value"/><Field key="a b"/>
    <Filter filter="x" key="/library/sections/1/refresh"/><Filter filter="y" key="/:/scrobble"/>
    <Filter filter="z" key="/library/sections/1/emptyTrash"/><Filter filter="q" key="http://h/library/sections/1/q"/></MediaContainer>`,
  )
  for (const name of ['having', 'group', 'title.value', 'value', 'a b']) expect(fields.has(name)).toBe(false)
  expect([...tagLists]).toEqual([...plainMeta.tagLists])
})

test('an answer that is not XML is an error', () => {
  expect(() => parseSectionMeta('<MediaContainer><Meta>')).toThrow(/well-formed/)
  expect(() => parseSectionMeta('503 maintenance')).toThrow(/well-formed/)
})

test('a filter is a tag list only with a plain path in a section', () => {
  const keys = [
    '/library/sections/1/a',
    '/library/sections/12/b?type=2',
    '/library/sections/1/c?type=x',
    '/library/sections/1/d/e',
  ]
  const others = [
    'x/library/sections/1/f',
    '/library/sections/a/g',
    '/library/sections/1/h?type=1&x=1',
    '/library/sections/1/i1',
  ]
  const xml = [...keys, ...others].map((key) => `<Filter filter="x" key="${key.replaceAll('&', '&amp;')}"/>`).join('')
  expect([...parseSectionMeta(`<M>${xml}</M>`).tagLists].sort()).toEqual(['a', 'b', 'label'])
})

test('elements with other names are ignored', () => {
  const { fields, tagLists } = parseSectionMeta(
    '<M><Sort key="foo" filter="bar"/><Directory filter="bar" key="/library/sections/1/bar"/><Field filter="bar" key="/library/sections/1/bar"/><Field/><Filter/></M>',
  )
  expect([...fields]).toEqual([...plainMeta.fields])
  expect([...tagLists]).toEqual([...plainMeta.tagLists])
})

test('every section has the fields that plexapi adds by hand, and no action word is a tag list', () => {
  expect([...plainMeta.fields].sort().join(' ')).toBe(
    'addedAt audienceRating duration guid id index label lastRatedAt originallyAvailableAt rating ratingCount unviewedLeafCount updatedAt viewOffset year',
  )
  const acts = 'refresh analyze emptyTrash indexes intros optimize match agents delete'.split(' ')
  const xml = acts.map((name) => `<Filter filter="x" key="/library/sections/1/${name}"/>`).join('')
  expect([...parseSectionMeta(`<M>${xml}</M>`).tagLists]).toEqual(['label'])
  expect(acts.filter((name) => !neverTagLists.has(name))).toEqual([])
})

test('a hostile answer makes us remember at most 2,000 names', () => {
  const letters = (at: number) =>
    [...at.toString(26)].map((digit) => 'abcdefghijklmnopqrstuvwxyz'[Number.parseInt(digit, 26)]).join('')
  const xml = Array.from(
    { length: 2_500 },
    (_, at) => `<Filter filter="${letters(at)}" key="/library/sections/1/${letters(at)}"/>`,
  )
  const { fields, tagLists } = parseSectionMeta(`<M>${xml.join('')}</M>`)
  expect([fields.size, tagLists.size]).toEqual([2_000, 2_000])
})

test('the read of a Meta asks for no items', () => {
  expect(metaResource('7')).toBe(
    '/library/sections/7/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
  )
})
