import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { displayTitle } from '../../src/plex/items/item.ts'
import { createPlexReader, itemsPerPage, itemsPerRead } from '../../src/plex/items/reads.ts'
import { json, openOddServer, openSamplePlex } from './open-plex.ts'
import { jpeg, kids, movies, poster, shows } from './sample-libraries.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reads-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('reads of the sample Plex', () => {
  test('libraries and their sizes', async () => {
    await using open = await openSamplePlex({ libraries: [movies, shows] })
    const { plex, reader } = open
    const { list: sections, digest } = await reader.sections()
    expect((await reader.sections()).digest).toBe(digest)
    expect(sections.map(({ key, type, title }) => ({ key, type, title }))).toEqual([
      { key: '1', type: 'movie', title: 'Movies' },
      { key: '2', type: 'show', title: 'TV Shows' },
    ])
    expect(sections[0]?.allowSync).toBe(true)
    expect(sections[0]?.updatedAt).toBeGreaterThan(0)
    expect(await reader.sectionSize('1', 'movie')).toBe(movies.items.length)
    expect(await reader.sectionSize('2', 'episode')).toBe(8)
    expect(plex.writes).toEqual([])
  })

  test('items come complete, in the requested order, without unknown ones', async () => {
    await using open = await openSamplePlex({ libraries: [movies, shows] })
    const { plex, reader } = open
    const items = await reader.items(['2122', '101', '999', '211', '101'])
    expect(items.map(({ ratingKey }) => ratingKey)).toEqual(['2122', '101', '211'])
    expect(items[1]).toMatchObject({
      type: 'movie',
      title: 'Metropolis',
      year: 1927,
      sectionId: '1',
      sectionTitle: 'Movies',
      labels: ['Overlay', 'Silent'],
      guid: 'plex://movie/5d776825880197001ec90a8e',
      edition: null,
    })
    expect(items[0]).toMatchObject({
      type: 'episode',
      index: 2,
      parentIndex: 2,
      parentRatingKey: '212',
      grandparentRatingKey: '200',
      grandparentTitle: 'Fantômas',
      thumb: null,
      grandparentThumb: expect.stringContaining('/library/metadata/200/thumb/'),
    })
    expect(items.map(displayTitle)).toEqual(['Fantômas S02E02', 'Metropolis', 'Fantômas Season 1'])
    expect(plex.journal.every(({ method }) => method === 'GET')).toBe(true)
    expect(plex.writes).toEqual([])
  })

  test('an item that is a collection is left out', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    expect(await open.reader.items(['190'])).toEqual([])
    expect(await open.reader.items([])).toEqual([])
  })

  test('many items take one read for every fifty', async () => {
    await using open = await openSamplePlex({ libraries: [large(120)] })
    const keys = Array.from({ length: 120 }, (_, at) => String(10_000 + at))
    expect((await open.reader.items(keys)).map(({ ratingKey }) => ratingKey)).toEqual(keys)
    expect(open.plex.journal.length).toBe(Math.ceil(120 / itemsPerRead))
  })

  test('children, leaves, posters, guid and title', async () => {
    await using open = await openSamplePlex({ libraries: [movies, shows] })
    const { plex, reader } = open
    expect((await reader.children('200')).map(({ index }) => index)).toEqual([0, 1, 2])
    expect((await reader.allLeaves('200')).length).toBe(6)
    expect(await reader.children('999')).toEqual([])
    expect((await reader.posters('101')).length).toBe(1)
    expect(
      (await reader.byGuid('1', 'movie', 'plex://movie/5d776825880197001ec90a8e')).map((one) => one.ratingKey),
    ).toEqual(['101'])
    expect(await reader.byGuid('1', 'movie', 'plex://movie/0000000000')).toEqual([])
    const found = await reader.search('1', 'movie', 'metropolis', 10)
    expect(found.map(({ ratingKey }) => ratingKey).sort()).toEqual(['101', '102'])
    expect(found[0]?.sectionId).toBe('1')
    expect(await reader.search('1', 'movie', 'metropolis', 1)).toHaveLength(1)
    for (const title of ['"', '&', "'", '|', '%', '#', '+', '\u{1f3ac}']) await reader.search('1', 'movie', title, 5)
    expect(plex.writes).toEqual([])
  })

  test('a long listing comes in pages, each item once', async () => {
    const count = itemsPerPage * 2 + 300
    await using open = await openSamplePlex({ libraries: [large(count)] })
    const keys = new Set<string>()
    let pages = 0
    for await (const page of open.reader.list('9', 'movie')) {
      pages += 1
      for (const { ratingKey } of page) keys.add(ratingKey)
    }
    expect([pages, keys.size]).toEqual([3, count])
  })

  test('an image is streamed unchanged', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const [item] = await open.reader.items(['101'])
    const file = join(folder, 'image')
    const read = await open.reader.image(item?.thumb ?? '', file)
    const bytes = await readFile(file)
    expect(bytes.equals(jpeg('film-101'))).toBe(true)
    expect(read).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    await expect(open.reader.image('/library/metadata/999/thumb/1', join(folder, 'b'))).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
      message: 'Plex answered 404 for the image /library/metadata/999/thumb/1',
    })
    await expect(open.reader.image('https://example.org/a.jpg', join(folder, 'c'))).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
    })
    await expect(open.reader.image(item?.thumb ?? '', file)).rejects.toMatchObject({ code: 'EEXIST' })
  })

  test('an image over its limit is refused while it streams', async () => {
    const big = { ...movies, items: [{ ...film, posters: [poster('big', () => new Uint8Array(300_000))] }] }
    await using open = await openSamplePlex({ libraries: [big] })
    const [item] = await open.reader.items(['1'])
    await expect(
      open.reader.image(item?.thumb ?? '', join(folder, 'big'), { maxBytes: 100_000 }),
    ).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
      message: expect.stringContaining('larger than 100000 bytes'),
    })
  })

  test('a wrong token is reported as such', async () => {
    await using open = await openSamplePlex({ libraries: [kids] })
    await using odd = await openOddServer((_request, response) => response.writeHead(401).end())
    expect((await open.reader.sections()).list).toHaveLength(1)
    await expect(createPlexReader(odd.connection).sections()).rejects.toMatchObject({ code: 'PLEX_TOKEN_REFUSED' })
  })
})

describe('reads of odd servers', () => {
  test('numbers as strings, strings as numbers, missing and unknown attributes', async () => {
    await using odd = await openOddServer((_request, response) =>
      json(response, {
        size: '1',
        librarySectionID: 7,
        librarySectionTitle: 'Odd',
        Metadata: [
          {
            ratingKey: 12,
            type: 'season',
            title: 3,
            index: '0',
            year: 'x',
            updatedAt: '1700000000',
            Label: 'no list',
            odd: {},
          },
          { ratingKey: '13/../1', type: 'movie' },
          { type: 'movie', title: 'All episodes' },
          null,
        ],
      }),
    )
    const items = await createPlexReader(odd.connection).items(['12', '13'])
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      ratingKey: '12',
      title: '3',
      index: 0,
      year: null,
      updatedAt: 1_700_000_000,
      labels: [],
      sectionId: '7',
      sectionTitle: 'Odd',
    })
  })

  test('a server that answers 404 to a list with one unknown item', async () => {
    await using odd = await openOddServer((request, response) => {
      const keys = /metadata\/([\d,]+)/.exec(request.url ?? '')?.[1]?.split(',') ?? []
      if (keys.includes('3')) response.writeHead(404).end()
      else
        json(response, {
          size: keys.length,
          Metadata: keys.map((key) => ({ ratingKey: key, type: 'movie', title: key })),
        })
    })
    const items = await createPlexReader(odd.connection).items(['1', '2', '3', '4', '5'])
    expect(items.map(({ ratingKey }) => ratingKey)).toEqual(['1', '2', '4', '5'])
  })

  test('a server without paging sends everything in one answer', async () => {
    let reads = 0
    const Metadata = [1, 2, 3].map((key) => ({ ratingKey: key, type: 'movie', title: `Film ${key}` }))
    await using odd = await openOddServer((_request, response) => {
      reads += 1
      json(response, { size: 3, Metadata })
    })
    expect(await createPlexReader(odd.connection).search('1', 'movie', 'Film', 2)).toHaveLength(2)
    expect((await createPlexReader(odd.connection).children('1')).length).toBe(3)
    expect(reads).toBe(2)
  })

  test('a listing that never ends is given up', async () => {
    await using odd = await openOddServer((_request, response) =>
      json(response, { size: 1, totalSize: 1e9, Metadata: [{ ratingKey: 1, type: 'movie', title: 'Again' }] }),
    )
    await expect(createPlexReader(odd.connection).children('1')).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
      message: expect.stringContaining('does not end'),
    })
  })

  test.each([
    ['a page of HTML', 200, '<html>', /no Plex data/],
    ['maintenance', 503, '', /answered 503/],
    ['a redirect', 302, '', /answered 302/],
    ['a missing path', 404, '', /answered 404/],
  ])('%s is an error, never an empty answer', async (_what, status, body, message) => {
    await using odd = await openOddServer((_request, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end(body),
    )
    await expect(createPlexReader(odd.connection).sections()).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
      message: expect.stringMatching(message),
    })
  })

  test('an image that is cut off or empty is an error', async () => {
    await using odd = await openOddServer((request, response) => {
      if (request.url?.includes('/1/')) {
        response.writeHead(200, { 'content-length': 1_000 })
        response.write(jpeg('half'), () => response.destroy())
      } else response.writeHead(200).end()
    })
    const reader = createPlexReader(odd.connection)
    await expect(reader.image('/library/metadata/1/thumb/1', join(folder, 'half'))).rejects.toMatchObject({
      code: 'PLEX_READ_FAILED',
    })
    await expect(reader.image('/library/metadata/2/thumb/1', join(folder, 'none'))).rejects.toMatchObject({
      message: expect.stringContaining('no bytes'),
    })
  })

  test('an image that stalls ends at its time limit, and at the end of the job', async () => {
    await using odd = await openOddServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 })
      response.write(jpeg('stalled'))
    })
    await expect(
      createPlexReader(odd.connection).image('/library/metadata/1/thumb/1', join(folder, 'a'), { timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'PLEX_UNREACHABLE', message: expect.stringContaining('within 0.05 s') })
    const job = new AbortController()
    const reader = createPlexReader(odd.connection, { signal: job.signal })
    const read = reader.image('/library/metadata/1/thumb/1', join(folder, 'b'))
    const reason = new Error('the job was cancelled')
    job.abort(reason)
    await expect(read).rejects.toBe(reason)
    await expect(reader.sections()).rejects.toBe(reason)
  })
})

const film = { type: 'movie', ratingKey: '1', title: 'Big', year: 1920 } as const

function large(count: number) {
  const items = Array.from({ length: count }, (_, at) => ({
    type: 'movie' as const,
    ratingKey: String(10_000 + at),
    title: `Film ${at}`,
  }))
  return { key: 9, title: 'Large', type: 'movie' as const, items }
}
