import { expect, test } from 'vitest'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { createTitleSearch, maxListedItems } from '../../src/plex/lookup/title-search.ts'
import { json, openOddServer, openSamplePlex } from './open-plex.ts'
import { movies } from './sample-libraries.ts'

/** A server whose `title=` search finds nothing, and whose section claims this many items. */
async function search(totalSize: number): Promise<{ found: string[]; asked: string[] }> {
  const asked: string[] = []
  await using odd = await openOddServer((request, response) => {
    const target = request.url ?? ''
    const size = request.headers['x-plex-container-size']
    asked.push(target.includes('title=') ? 'search' : size === '0' ? 'size' : 'list')
    const Metadata = asked.at(-1) === 'list' ? [{ ratingKey: 1, type: 'movie', title: 'Amélie' }] : []
    json(response, {
      size: Metadata.length,
      totalSize: asked.at(-1) === 'size' ? totalSize : Metadata.length,
      Metadata,
    })
  })
  const place = { server: 'a', reader: createPlexReader(odd.connection), sectionId: '1', types: ['movie'] as const }
  const titles = createTitleSearch()
  const result = await titles.find([place], 'amelie', null)
  await titles.find([place], 'amelie', null)
  return { found: result.matches.map(({ item }) => item.title), asked }
}

test('a section that is not too large is read completely, once', async () => {
  expect(await search(maxListedItems)).toEqual({ found: ['Amélie'], asked: ['search', 'size', 'list', 'search'] })
})

test('a larger one is only searched', async () => {
  expect(await search(maxListedItems + 1)).toEqual({ found: [], asked: ['search', 'size', 'search'] })
})

test('a title that Plex finds costs one read', async () => {
  await using open = await openSamplePlex({ libraries: [movies] })
  const place = { server: 'a', reader: open.reader, sectionId: '1', types: ['movie'] as const }
  const { matches, level } = await createTitleSearch().find([place], 'Nosferatu', 1922)
  expect([matches.map(({ item }) => item.ratingKey), level]).toEqual([['103', '104'], 'same'])
  expect(open.plex.journal).toHaveLength(1)
})
