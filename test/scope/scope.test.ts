import { afterEach, describe, expect, test } from 'vitest'
import type { SampleItem, SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { createListingReader } from '../../src/proxy/scope/listing-reader.ts'
import { childElements, parseXml } from './random-listing.ts'
import { paged, type ScopeWorld, type ScopeWorldOptions, startScopeWorld } from './scope-world.ts'

let world: ScopeWorld | undefined
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

async function start(options: ScopeWorldOptions): Promise<ScopeWorld> {
  world = await startScopeWorld(options)
  return world
}

const keysOf = (container: ReturnType<typeof parseXml>) =>
  childElements(container).map(({ attributes }) => attributes.ratingKey)
const honours = [
  ['id', {}],
  ['title', { id: false }],
  ['filter', { id: false, title: false }],
] as const

describe.each(honours)('strategy %s', (strategy, scopeHonours) => {
  test('is chosen by the self-check, within its request limit', async () => {
    const { scope, plex } = await start({ targets: ['1001', '2012', '2130'], scopeHonours })
    await scope.start()
    const { scope_strategy, places, requests } = scope.report()
    expect(scope_strategy, JSON.stringify(places)).toBe(strategy)
    expect(requests.self_check).toBeLessThanOrEqual(20)
    expect(plex.journal).toHaveLength(requests.self_check)
  })

  test.each([
    ['every film', '/library/sections/1/all?includeGuids=1&type=1'],
    ['a search', '/library/sections/1/all?type=1&sort=titleSort&resolution=4k'],
    ['a search in a group', '/library/sections/1/all?type=1&sort=titleSort&push=1&genre=Drama&or=1&genre=Comedy&pop=1'],
    [
      'alternatives without a group',
      '/library/sections/1/all?type=1&sort=addedAt%3Adesc&resolution=4k&or=1&genre=Drama',
    ],
    ['a title search', '/library/sections/1/all?includeGuids=1&title=lock&type=1'],
    ['a limit', '/library/sections/1/all?type=1&limit=3&sort=titleSort&genre=Drama'],
  ])('%s holds the films of the scope, unchanged and in order', async (_name, target) => {
    const targets = ['1001', '1004', '1007', '1008', '1009']
    const { both } = await start({ targets, scopeHonours })
    for (const headers of [paged(0, 100), {}]) {
      const { scoped, whole } = await both(target, headers)
      const wanted = childElements(whole).filter(({ attributes }) => targets.includes(attributes.ratingKey ?? ''))
      expect(wanted.length).toBeGreaterThan(0)
      expect(childElements(scoped)).toEqual(wanted)
      const size = String(wanted.length)
      const counts = 'totalSize' in whole.attributes ? { size, totalSize: size, offset: '0' } : { size }
      expect(scoped.attributes).toEqual({ ...whole.attributes, ...counts })
    }
  })

  test('a search that finds nothing of the scope keeps one item, the same one wherever possible', async () => {
    const { both, scope } = await start({ targets: ['1002'], scopeHonours })
    const first = await both('/library/sections/1/all?type=1&sort=titleSort&resolution=4k', paged(0, 100))
    expect(childElements(first.whole).length).toBeGreaterThan(1)
    const [decoy] = keysOf(first.scoped)
    expect(keysOf(first.scoped)).toHaveLength(1)
    expect(first.scoped.attributes).toMatchObject({ size: '1', totalSize: '1' })
    const second = await both(
      '/library/sections/1/all?type=1&sort=addedAt&genre=Any&and=1&resolution=4k',
      paged(0, 100),
    )
    expect(keysOf(second.scoped)).toEqual([decoy])
    expect(keysOf(second.whole)[0]).not.toBe(undefined)
    expect(scope.report().decoys).toMatchObject([{ ratingKey: decoy, type: 'movie', section: '1', listings: 2 }])
  })

  test('an empty answer stays empty', async () => {
    const { both, scope } = await start({ targets: ['1002'], scopeHonours })
    const { scoped, whole } = await both('/library/sections/1/all?type=1&sort=titleSort&year=1800', paged(0, 100))
    expect(whole.attributes.size).toBe('0')
    expect(scoped).toEqual(whole)
    expect(scope.report().decoys).toEqual([])
  })

  test('the label search of the removal pass may become empty and gets no decoy', async () => {
    const { both, get, plex, scope } = await start({ targets: ['1002'], scopeHonours })
    const label = '/library/sections/1/all?includeGuids=1&label=Overlay'
    const { scoped, whole } = await both(label, paged(0, 100))
    expect(keysOf(whole)).toHaveLength(30)
    expect(keysOf(scoped)).toEqual([])
    expect(scoped.attributes).toMatchObject({ size: '0', totalSize: '0' })
    plex.clearJournal()
    await get(label, paged(100, 100))
    expect(plex.journal).toHaveLength(0)
    expect(scope.report().decoys).toEqual([])
  })

  test('the label search holds the labelled items of the scope', async () => {
    const { both } = await start({ targets: ['1001', '1002', '1003'], scopeHonours })
    const { scoped } = await both('/library/sections/1/all?includeGuids=1&label=Overlay', paged(0, 100))
    expect(keysOf(scoped).toSorted()).toEqual(['1001', '1003'])
  })

  test('ancestors are in the scope of their types', async () => {
    const { both } = await start({ targets: ['2012'], scopeHonours })
    const listed = async (type: number) =>
      keysOf((await both(`/library/sections/2/all?includeGuids=1&type=${type}`, paged(0, 50))).scoped)
    expect(await listed(2)).toEqual(['2000'])
    expect(await listed(3)).toEqual(['2010'])
    expect(await listed(4)).toEqual(['2012'])
    const { scoped } = await both('/library/sections/2/all?includeGuids=1', paged(0, 50))
    expect(keysOf(scoped)).toEqual(['2000'])
  })

  test('a track, its album and its artist; another artist with the same name is left out', async () => {
    const { both, scope } = await start({ libraries: [music()], targets: ['3011'], scopeHonours })
    const listed = async (query: string) =>
      keysOf((await both(`/library/sections/3/all?includeGuids=1&${query}`, paged(0, 50))).scoped)
    expect(await listed('type=8')).toEqual(['3000'])
    expect(await listed('type=9')).toEqual(['3010'])
    expect(await listed('type=10')).toEqual(['3011'])
    expect(await listed('type=10&sort=titleSort&track.title=blues')).toEqual(['3011'])
    // Data that belongs to one item is never scoped.
    const { scoped, whole } = await both('/library/sections/3/all?type=10&artist.id=3100', paged(0, 50))
    expect(scoped).toEqual(whole)
    expect(keysOf(scoped)).toContain('3111')
    expect(scope.report()).toMatchObject({ scope_strategy: strategy, contradictions: [] })
  })

  test('a type without an item in the scope shows one decoy', async () => {
    const { both } = await start({ targets: ['2100'], scopeHonours })
    const { scoped } = await both('/library/sections/2/all?includeGuids=1&type=4', paged(0, 50))
    expect(keysOf(scoped)).toHaveLength(1)
    expect(scoped.attributes.totalSize).toBe('1')
  })
})

test('a server that accepts ids only by type is asked by type', async () => {
  const { both, scope, plex } = await start({ targets: ['2012'], scopeHonours: { id: 'typed', title: false } })
  await scope.start()
  expect(scope.report().scope_strategy).toBe('id')
  plex.clearJournal()
  const { scoped } = await both('/library/sections/2/all?includeGuids=1&type=4', paged(0, 50))
  expect(keysOf(scoped)).toEqual(['2012'])
  expect(plex.journal.map(({ target }) => target)).toContain(
    '/library/sections/2/all?includeGuids=1&type=4&episode.id=2012',
  )
})

test('a form that fails later is replaced by the next one for the rest of the job', async () => {
  const scopeHonours = { id: true, title: true }
  const { both, scope, plex } = await start({ targets: ['1001', '1008'], scopeHonours })
  await scope.start()
  expect(scope.report()).toMatchObject({ scope_strategy: 'id' })
  // From here on the server ignores ids, as after an update.
  scopeHonours.id = false
  const search = (more: string) => `/library/sections/1/all?type=1&sort=titleSort&genre=Any${more}`
  const { scoped } = await both(search(''), paged(0, 100))
  expect(keysOf(scoped)).toEqual(['1001', '1008'])
  const { scope_strategy, why, contradictions, requests } = scope.report()
  expect(scope_strategy).toBe('title')
  expect(why).toMatch(/passed the self-check.*not by id: /)
  expect(contradictions).toHaveLength(1)
  expect(requests.self_check).toBeLessThanOrEqual(20)
  plex.clearJournal()
  expect(keysOf((await both(search('&and=1&year=1927'), paged(0, 100))).scoped)).toEqual(expect.any(Array))
  expect(plex.journal.some(({ target }) => /[?&]id=/.test(target))).toBe(false)
})

describe('paging', () => {
  const targets = ['1001', '1002', '1003', '1004', '1005']
  const all = '/library/sections/1/all?includeGuids=1&type=1'

  test('by header and by query alike: slices without duplicates, nothing past the end', async () => {
    const { get } = await start({ targets })
    for (const byQuery of [true, false]) {
      const found: (string | undefined)[] = []
      for (let offset = 0; offset < 8; offset += 2) {
        const query = `&X-Plex-Container-Start=${offset}&X-Plex-Container-Size=2`
        const response = await (byQuery ? get(all + query) : get(all, paged(offset, 2)))
        const container = parseXml(await response.text())
        expect(container.attributes).toMatchObject({ totalSize: '5', offset: String(offset) })
        expect(container.attributes.size).toBe(String(keysOf(container).length))
        found.push(...keysOf(container))
      }
      expect(found.toSorted()).toEqual(targets)
    }
  })

  test('a probe of size 0 returns the scoped count', async () => {
    const { get } = await start({ targets })
    const container = parseXml(await (await get(`${all}&X-Plex-Container-Start=0&X-Plex-Container-Size=0`)).text())
    expect(container.attributes).toMatchObject({ size: '0', totalSize: '5' })
    expect(keysOf(container)).toEqual([])
  })

  test('all pages count as one question to Plex', async () => {
    const { get, plex, scope } = await start({ targets })
    await scope.start()
    plex.clearJournal()
    for (let offset = 0; offset < 5; offset += 1) await get(all, paged(offset, 1))
    expect(plex.journal).toHaveLength(1)
  })
})

describe('what is not scoped', () => {
  test.each([
    '/library/sections/1/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
    '/library/sections/1/collections?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
    '/library/sections/1/all?type=18',
    '/library/sections/1/genre?type=1',
    '/library/sections/1/label?type=1',
    '/library/sections/1/resolution?type=1',
    '/library/metadata/1030',
    '/library/metadata/1030/posters',
    '/library/metadata/2100/children?includeGuids=1',
    '/library/metadata/2200/allLeaves?includeGuids=1',
    '/library/sections/2/all?type=4&show.id=2200',
    '/library/sections',
  ])('%s', async (target) => {
    const { both } = await start({ targets: ['1002', '2000'] })
    const { scoped, whole } = await both(target)
    expect(scoped).toEqual(whole)
  })
})

describe('formats and encodings', () => {
  test.each(['application/json', 'text/xml, Application/JSON;q=0.5'])(
    'a listing is refused to a client that asks for %s, and Plex is not asked',
    async (accept) => {
      const { get, plex, recorder } = await start({ targets: ['1003', '1001'] })
      const listing = '/library/sections/1/all?includeGuids=1&type=1'
      const answer = await get(listing, { Accept: accept, ...paged(0, 10) })
      expect(answer.status).toBe(406)
      expect(await answer.text()).toContain('ask without application/json in Accept')
      expect(plex.journal).toEqual([])
      expect(recorder.refusals).toMatchObject([{ status: 406, outcome: 'failed', path: listing.split('?')[0] }])
      // Anything that is not a listing of the scope passes unchanged from Plex.
      const genres = await get('/library/sections/1/genre?type=1', { Accept: accept })
      expect(genres.status).toBe(200)
    },
  )

  test('an answer in unrequested JSON is an error, never a listing of other items', async () => {
    const reader = createListingReader(() => true)
    const json = Buffer.from('{"MediaContainer":{"size":1,"Metadata":[{"ratingKey":"1"}]}}')
    expect(() => reader.push(json)).toThrow('the answer is not XML')
  })

  test('a HEAD gets the head of the scoped answer', async () => {
    const { proxy, get } = await start({ targets: ['1003'] })
    const target = '/library/sections/1/all?includeGuids=1&type=1'
    const body = await (await get(target)).arrayBuffer()
    const head = await fetch(proxy.url + target, {
      method: 'HEAD',
      headers: { Accept: '*/*', 'X-Plex-Token': 'clientTOKENclientTOKEN' },
    })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(body.byteLength))
  })
})

describe('reports', () => {
  test('searches with a limit or in random order are listed', async () => {
    const { get, scope } = await start({ targets: ['1001'] })
    await get('/library/sections/1/all?type=1&limit=2&sort=titleSort&genre=Any', paged(0, 9))
    await get('/library/sections/1/all?type=1&sort=random&genre=Any', paged(0, 9))
    expect(scope.report().unfaithful).toEqual([
      { target: '/library/sections/1/all?type=1&limit=2&sort=titleSort&genre=Any', reason: 'limit' },
      { target: '/library/sections/1/all?type=1&sort=random&genre=Any', reason: 'random' },
    ])
  })

  test('one real search is repeated completely at the end', async () => {
    const { get, scope } = await start({ targets: ['1001'] })
    await get('/library/sections/1/all?type=1&sort=titleSort&resolution=4k', paged(0, 9))
    expect(await scope.recheck()).toMatchObject({ agrees: true })
    expect(scope.report().contradictions).toEqual([])
  })
})

/** Two artists with the same name, each with an album and two tracks. */
function music(): SampleLibrary {
  const track = (ratingKey: string, title: string): SampleItem => ({ type: 'track', ratingKey, title })
  const artist = (first: number): SampleItem => ({
    ...{ type: 'artist', ratingKey: String(first), title: 'Blues, "Inc."' },
    children: [
      {
        ...{ type: 'album', ratingKey: String(first + 10), title: "R&B at the '21'" },
        children: [track(String(first + 11), 'Weary Blues'), track(String(first + 12), 'Snag It')].slice(
          0,
          first === 3000 ? 2 : 1,
        ),
      },
    ],
  })
  return { key: 3, title: 'Music', type: 'artist', items: [artist(3000), artist(3100)] }
}
