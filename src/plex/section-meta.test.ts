import { expect, test } from 'vitest'
import { parseSectionMeta, plainMeta } from './section-meta.ts'

test('fields lose their type prefix; filters count as fields and as tag lists', () => {
  const { fields, tagLists } = parseSectionMeta(
    `<?xml version="1.0"?><MediaContainer><Meta><Type><Field key="episode.hdr"/><Filter filter="studio" key="/library/sections/2/studio?type=2"/></Type></Meta></MediaContainer>`,
  )
  expect([...fields]).toEqual(expect.arrayContaining(['hdr', 'studio', 'id', 'guid', 'unviewedLeafCount']))
  expect([...tagLists].sort()).toEqual(['label', 'studio'])
})

test('raw SQL and words that do something never count, whatever a Meta says', () => {
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
