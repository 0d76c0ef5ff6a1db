import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ItemQuery } from '../../src/contract/api/api-items.ts'
import { apiUrl, encodeQuery } from '../../src/contract/api/api-paths.ts'
import { film, media, show, smallLibraries } from '../support/sample-plex.ts'
import { openStudio, type TestStudio } from './open-studio.ts'

let it: TestStudio
let server: string

beforeAll(async () => {
  const [movies, shows] = smallLibraries()
  if (!movies || !shows) throw new Error('two libraries')
  it = await openStudio({
    libraries: [
      {
        ...movies,
        items: [
          ...movies.items,
          film('107', 'Les Misérables', { year: 1934, editionTitle: 'Restored' }),
          film('108', '東京物語', { year: 1953 }),
          film('109', 'Film 10', { media: [media('480')] }),
          film('110', 'Film 9'),
        ],
      },
      { ...shows, items: [...shows.items, show('2200', 'Amos ’n’ Andy', [12])] },
    ],
  })
  server = (await it.connect()).servers[0]?.id ?? ''
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

const keys = async (query: ItemQuery) => (await it.get('listItems', { query })).items.map(({ ratingKey }) => ratingKey)

describe('the wall', () => {
  test('shows films and shows by their sort titles, and what overlays look at', async () => {
    const { items, total } = await it.get('listItems', { query: {} })
    expect(total).toBe(13)
    expect(items.map(({ title }) => title).slice(0, 4)).toEqual(['Amos ’n’ Andy', 'Dragnet', 'Film 9', 'Film 10'])
    expect(items.find(({ ratingKey }) => ratingKey === '103')).toMatchObject({
      resolution: '4k',
      hdr: 'hdr',
      audioCodec: 'truehd',
      edition: 'Restored',
      wearsOverlay: true,
      shape: 'poster',
      library: 'Movies',
    })
    expect(items.find(({ ratingKey }) => ratingKey === '101')).toMatchObject({ hdr: 'dv', wearsOverlay: false })
    expect(items.find(({ ratingKey }) => ratingKey === '2000')).toMatchObject({ type: 'show', childCount: 2 })
  })

  test('shows the seasons and episodes of a show in their order', async () => {
    const seasons = await it.get('listItems', { query: { parent: '2000', server } })
    expect(seasons.items.map(({ ratingKey }) => ratingKey)).toEqual(['2010', '2020'])
    expect(seasons.parents.map(({ title }) => title)).toEqual(['The Honeymooners'])
    const episodes = await it.get('listItems', { query: { parent: '2210', server } })
    expect(episodes.items.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(episodes.parents.map(({ ratingKey }) => ratingKey)).toEqual(['2200', '2210'])
    expect(episodes.items[0]).toMatchObject({ shape: 'still', resolution: '480', grandparentTitle: 'Amos ’n’ Andy' })
  })

  test.each<[string, ItemQuery, string[]]>([
    ['beginnings of words', { q: 'gen' }, ['102']],
    ['accents and case', { q: 'MISERABLES' }, ['107']],
    ['several words in any order', { q: '1927 metro' }, ['103']],
    ['a word inside a title without blanks', { q: '物語' }, ['108']],
    ['apostrophes', { q: "amos 'n' an" }, ['2200']],
    ['episodes by their number', { q: 'honeymooners s02e01', type: ['episode'] }, ['2021']],
    ['no match', { q: 'enera' }, []],
  ])('finds %s', async (_, query, expected) => {
    expect(await keys(query)).toEqual(expected)
  })

  test.each<[string, ItemQuery, string[]]>([
    ['resolution', { resolution: ['480', '720'] }, ['109', '104']],
    ['HDR', { hdr: ['dv', 'hdr'] }, ['103', '101']],
    ['edition', { edition: ['Restored'] }, ['107', '103']],
    ['overlays', { wearsOverlay: true }, ['103']],
    ['type', { type: ['season'], q: 'dragnet' }, ['2110']],
    ['two filters', { edition: ['Restored'], resolution: ['4k'] }, ['103']],
  ])('filters by %s', async (_, query, expected) => {
    expect(await keys(query)).toEqual(expected)
  })

  test('sorts, and answers in pages that fit together', async () => {
    const all = await keys({ sort: 'year', descending: true })
    expect(all[0]).toBe('106')
    const windows = [
      await keys({ sort: 'year', descending: true, limit: 5 }),
      await keys({ sort: 'year', descending: true, limit: 5, offset: 5 }),
      await keys({ sort: 'year', descending: true, limit: 5, offset: 10 }),
      await keys({ sort: 'year', descending: true, limit: 5, offset: 100 }),
    ]
    expect(windows.flat()).toEqual(all)
    expect((await keys({ sort: 'added', descending: true }))[0]).toBe('105')
  })

  test('counts the items that each further filter would leave', async () => {
    const facets = await it.get('itemFacets', { query: { resolution: ['4k'] } })
    expect(facets.total).toBe(2)
    expect(facets.resolution.map(({ label, count }) => [label, count])).toEqual([
      ['4K', 2],
      ['1080p', 6],
      ['720p', 1],
      ['480p', 1],
    ])
    expect(facets.hdr.map(({ label, count }) => [label, count])).toEqual([
      ['Dolby Vision', 1],
      ['HDR', 1],
    ])
    expect(facets.edition).toContainEqual({ value: 'Restored', label: 'Restored', count: 1 })
  })
})

describe('a smart sample', () => {
  test('has every type, resolution and kind of HDR, and is always the same', async () => {
    const sample = await it.get('sampleItems', { body: { count: 8 } })
    const shown = sample.items.flatMap(({ shows }) => shows)
    for (const what of [
      'a film',
      'a show',
      'a season',
      'an episode',
      '4K',
      '1080p',
      '720p',
      '480p',
      'HDR',
      'Dolby Vision',
    ]) {
      expect(shown).toContain(what)
    }
    expect(new Set(shown).size).toBe(shown.length)
    expect(await it.get('sampleItems', { body: { count: 8 } })).toEqual(sample)
  })

  test('adds what the chosen items do not have, within the filters', async () => {
    const filter = { type: ['movie' as const] }
    const chosen = [{ server, ratingKey: '103' }]
    const { items } = await it.get('sampleItems', { body: { count: 20, filter, chosen } })
    expect(items.every(({ item }) => item.type === 'movie' && item.ratingKey !== '103')).toBe(true)
    const shown = items.flatMap(({ shows }) => shows)
    expect(shown).toContain('Dolby Vision')
    expect(shown).not.toContain('4K')
    expect(items.every(({ shows }) => shows.length > 0)).toBe(true)
  })
})

test('a pasted text becomes items, with a problem for each line that is wrong', async () => {
  const text = `101, 102
Metropolis (1927)
The Honeymooners S01E02
https://app.plex.tv/desktop/#!/server/${server}/details?key=%2Flibrary%2Fmetadata%2F104
No Such Film
999999
Film
`
  const { items, problems } = await it.get('resolveItems', { body: { text } })
  expect(items.map(({ ratingKey }) => ratingKey)).toEqual(['101', '102', '103', '2012', '104'])
  expect(problems.map(({ spec, problem }) => [spec, problem.code])).toEqual([
    ['No Such Film', 'TARGET_UNKNOWN'],
    ['999999', 'TARGET_UNKNOWN'],
    ['Film', 'TARGET_AMBIGUOUS'],
  ])
  expect(problems[2]?.candidates.map(({ title }) => title)).toEqual(['Film 9', 'Film 10'])
})

test('saved sets are kept, changed and deleted', async () => {
  const chosen = [{ server, ratingKey: '101' }]
  const made = await it.get('createSet', { body: { name: ' Mine ', items: chosen } })
  expect(made).toMatchObject({ name: 'Mine', items: chosen })
  const params = { setId: made.id }
  await it.get('updateSet', { params, body: { name: 'Ours', items: [] } })
  expect((await it.get('listSets')).sets).toMatchObject([{ id: made.id, name: 'Ours', items: [] }])
  expect((await it.call('deleteSet', { params })).status).toBe(204)
  expect((await it.call('deleteSet', { params })).status).toBe(404)
  const looked = await it.get('lookUpItems', { body: { items: [...chosen, { server, ratingKey: '5' }] } })
  expect([looked.items.length, looked.unknown]).toEqual([1, [{ server, ratingKey: '5' }]])
})

describe('a thumbnail', () => {
  const path = (ratingKey: string, query: { w: number; v?: string }) =>
    apiUrl('itemThumbnail', { server, ratingKey }, query)

  test('is a small WebP of the item’s picture, made once, named by its version, without a token anywhere', async () => {
    const [item] = (await it.get('listItems', { query: { q: 'nosferatu' } })).items
    const url = path('101', { w: 240, v: item?.thumb ?? '' })
    it.plex.clearJournal()
    const first = await it.bytes(url)
    expect([first.status, first.headers['content-type']]).toEqual([200, 'image/webp'])
    expect(first.headers['cache-control']).toContain('immutable')
    expect(await sharp(first.body).metadata()).toMatchObject({ format: 'webp', width: 240, height: 360 })
    const again = await it.bytes(url, { 'if-none-match': String(first.headers.etag) })
    expect(again.status).toBe(304)
    const asked = it.plex.journal.map(({ target }) => target)
    expect(asked).toEqual([expect.stringMatching(/^\/library\/metadata\/101\/thumb\/\d+$/)])
  })

  test('of an old version is not kept by the browser; that of an episode is wide', async () => {
    const old = await it.bytes(path('101', { w: 120, v: 'old' }))
    expect(old.headers['cache-control']).toBe('private, no-cache')
    const still = await it.bytes(path('2011', { w: 240 }))
    expect(await sharp(still.body).metadata()).toMatchObject({ width: 240, height: 135 })
  })

  test('at most six are made at the same time, and one that nobody waits for is not made', async () => {
    await using slow = await openStudio({
      libraries: [
        {
          key: 1,
          title: 'Movies',
          type: 'movie',
          items: Array.from({ length: 40 }, (_, at) => film(String(300 + at), `Film ${at}`)),
        },
      ],
    })
    const id = (await slow.connect()).servers[0]?.id ?? ''
    slow.plex.clearJournal()
    const wall = Array.from({ length: 40 }, (_, at) =>
      slow.bytes(apiUrl('itemThumbnail', { server: id, ratingKey: String(300 + at) }, { w: 120 })),
    )
    expect((await Promise.all(wall)).map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(slow.plex.journal.length).toBe(40)
  })

  test('of an item without a picture, or an unknown item, is a plain 404', async () => {
    expect((await it.bytes(path('999999', { w: 120 }))).status).toBe(404)
    expect((await it.bytes(apiUrl('itemThumbnail', { server: 'other', ratingKey: '101' }, { w: 120 }))).status).toBe(
      404,
    )
  })
})

test('the index is kept: after a restart Plex is asked only for its sections', async () => {
  const before = await it.get('listItems', { query: { limit: 500 } })
  await it.studio[Symbol.asyncDispose]()
  it.plex.clearJournal()
  await using again = await openStudio({ dir: it.dir, plex: it.plex })
  await again.connect()
  const asked = it.plex.journal.map(({ target }) => target?.split('?')[0])
  expect(asked.filter((target) => /\/all$/.test(target ?? ''))).toEqual([])
  const { items } = await again.get('listItems', { query: { limit: 500 } })
  expect(items).toEqual(before.items)
  expect(encodeQuery({ a: [1, 2], b: undefined })).toBe('?a=1&a=2')
})
