import { describe, expect, test } from 'vitest'
import { couldHaveChanged, isReusable, maxReuseMs, touchesCollections } from '../../src/proxy/memo/stale.ts'
import { paged } from '../scope/scope-world.ts'
import { startMemoWorld } from './memo-world.ts'

const stamps = (
  sections: Record<string, string>,
  items: Record<string, string>,
  server: Record<string, string> = {},
) => ({
  server: new Map(Object.entries(server)),
  sections: new Map(Object.entries(sections)),
  items: new Map(Object.entries(items)),
})

describe('an answer of the previous job is used', () => {
  const before = stamps({ 1: 'a', 2: 'b' }, { 10: '5', 11: '6' }, { '/': 'c', '/library/sections': 'd' })
  test.each([
    ['/library/sections/1/all?type=1&genre=5', 0, true],
    ['/library/sections/1/genre?type=1', 0, true],
    ['/library/sections/1/all?type=1&genre=5', maxReuseMs + 1, false],
    ['/library/sections/2/all?type=2', 0, false],
    ['/library/sections/3/all?type=2', 0, false],
    ['/library/metadata/10', 0, true],
    ['/library/metadata/10/thumb/1600000000', 0, true],
    ['/library/metadata/11', 0, false],
    ['/library/metadata/10,11', 0, false],
    ['/library/metadata/12', 0, false],
    ['/library/metadata/10/children?includeGuids=1', 0, false],
    ['/library/metadata/10/file?url=upload%3A%2F%2Fx', 0, true],
    ['/library/metadata/10/posters', 0, true],
    ['/library/metadata/11/posters', 0, false],
    ['/', 0, true],
    ['/', maxReuseMs + 1, false],
    ['/library', 0, true],
    // The listed content has changed since then.
    ['/library/sections', 0, false],
    ['/:/prefs', 0, false],
    ['/library/sections/1/all?type=1&viewCount%3E%3E=1', 0, false],
    ['/library/sections/1/all?type=1&unwatched=1', 0, false],
    ['/library/sections/1/all?type=1&push=1&show.unwatchedLeaves=1', 0, false],
    ['/library/sections/1/all?type=1&lastViewedAt%3E%3E=-30d', 0, false],
    ['/library/sections/1/all?type=4&episode.inProgress=1', 0, false],
    ['/library/sections/1/all?type=1&userRating!=-1', 0, false],
    ['/library/sections/1/all?type=1&sort=lastViewedAt%3Adesc&genre=5', 0, false],
    ['/library/sections/1/all?type=1&sort=random&genre=5', 0, false],
    ['/library/sections/1/all?type=1&sort=viewOffset', 0, false],
    ['/library/sections/1/all?type=1&sort=titleSort%3Adesc%2Cyear&show.genre=5&title%3D=A', 0, true],
    ['/library/sections/1/all?type=4&show.viewedLeafCount%3E%3E=1', 0, false],
    // The clock alone changes the result of "added within the last 30 days".
    ['/library/sections/1/all?type=1&addedAt%3E%3E=-30d', 0, false],
    ['/library/sections/1/all?type=1&addedAt%3E%3E=1600000000', 0, true],
    // Nobody knows what changes the answer to an unknown field.
    ['/library/sections/1/all?type=1&someday=1', 0, false],
    // Watching changes these answers without changing the section's stamp.
    ['/library/sections/1/onDeck', 0, false],
    ['/library/sections/1/unwatched', 0, false],
    ['/library/sections/1/inProgress?type=1', 0, false],
    ['/library/sections/1/viewCount?type=1', 0, false],
    ['/hubs/sections/1', 0, false],
    ['/library/onDeck', 0, false],
    ['/library/metadata/10/allLeaves', 0, false],
    // Settings are not items: the stamp of the section does not cover them.
    ['/library/sections/1/prefs', 0, false],
    ['/library/sections/1/timeline', 0, false],
    ['/library/sections/1/recentlyAdded', 0, true],
    ['/library/sections/1/composite/1600000000', 0, true],
    ['/library/collections/10', 0, false],
    ['/library/no/known/read', 0, false],
  ])('%s after %i ms: %s', (target, ageMs, expected) => {
    const server = { '/': 'c', '/library/sections': 'changed' }
    const now = stamps({ 1: 'a', 2: 'changed' }, { 10: '5', 11: '7' }, server)
    const answer = { resource: target, ageMs, shown: () => new Map() }
    expect(isReusable(answer, before, now)).toBe(expected)
  })

  test.each([
    ['in its present state', [['10', '5']], true],
    ['in its state before somebody watched it', [['10', '5 1']], false],
    ['without a stamp', [['10', null]], false],
    ['whose stamp was not requested', [['99', '5']], false],
  ] as [string, [string, string | null][], boolean][])('if it shows an item %s: %s', (_name, items, expected) => {
    const answer = { resource: '/library/sections/1/all?type=1', ageMs: 0, shown: () => new Map(items) }
    expect(isReusable(answer, before, before)).toBe(expected)
    expect(isReusable({ ...answer, shown: () => null }, before, before)).toBe(false)
  })
})

describe('a write that Kometa believes happened', () => {
  const write = (method: string, path: string, query = '', ratingKey: string | null = null) => ({
    method,
    path,
    query,
    ratingKey,
  })
  const read = (resource: string, names: string[] = []) => ({
    resource,
    mentions: (key: string) => names.includes(key),
  })
  test.each([
    ['an unknown write affects everything', write('POST', '/butler/x'), read('/library/metadata/5'), true],
    [
      'a label affects its section',
      write('PUT', '/library/sections/1/all', '', '5'),
      read('/library/sections/1/genre?type=1'),
      true,
    ],
    [
      'a label affects no other section',
      write('PUT', '/library/sections/1/all', '', '5'),
      read('/library/sections/2/genre?type=1'),
      false,
    ],
    [
      'a poster does not affect another item',
      write('POST', '/library/metadata/5/posters', '', '5'),
      read('/library/metadata/6'),
      false,
    ],
    [
      'a poster affects an answer that names its item',
      write('POST', '/library/metadata/5/posters', '', '5'),
      read('/library/metadata/6', ['5']),
      true,
    ],
  ])('%s', (_name, made, asked, expected) => {
    expect(couldHaveChanged(made, asked)).toBe(expected)
  })

  test('affects collections only if it is about one', () => {
    expect(touchesCollections(write('POST', '/library/collections', 'type=1'))).toBe(true)
    expect(touchesCollections(write('PUT', '/library/sections/1/all', 'type=18&id=9', '9'))).toBe(true)
    expect(touchesCollections(write('PUT', '/library/sections/1/all', 'type=1&id=9', '9'))).toBe(false)
    expect(touchesCollections(write('POST', '/library/metadata/9/posters', '', '9'))).toBe(false)
  })
})

test('an answer dropped because of a blocked write is available again in the next job', async () => {
  await using world = await startMemoWorld({ targets: ['1001'] })
  const search = '/library/sections/1/all?type=1&sort=titleSort&resolution=4k'
  const start = async () => world.store.beginJob(await world.stampsNow(['1001', ...world.store.items()], { 1: 'a' }))
  await start()
  const job = await world.job()
  await job.layers.scope?.start()
  const read = async () => {
    world.plex.clearJournal()
    await (await job.get('/library/metadata/1001')).arrayBuffer()
    await (await job.get(search, paged(0, 100))).arrayBuffer()
    return world.asked().length
  }
  await read()
  const label = '/library/sections/1/all?type=1&id=1001&label%5B0%5D.tag.tag=Overlay&label.locked=1'
  expect((await job.send('PUT', label)).status).toBe(200)
  await start()
  expect(await read()).toBe(0)
  expect((await job.send('PUT', label)).status).toBe(200)
  expect(await read()).toBe(2)
})

test('an item that appeared while a job ran is known by the stamp in its own answer', async () => {
  await using world = await startMemoWorld({ targets: ['1001'] })
  const job = await world.job()
  await (await job.get('/library/metadata/1005')).arrayBuffer()
  const ask = async (more = '') => {
    const current = await world.stampsNow(['1005'], { 1: 'a' })
    world.store.beginJob({ ...current, items: new Map([['1005', `${current.items.get('1005')}${more}`]]) })
    world.plex.clearJournal()
    await (await job.get('/library/metadata/1005')).arrayBuffer()
    return world.asked().length
  }
  expect(await ask()).toBe(0)
  expect(await ask(' watched')).toBe(1)
})

test('an item’s answer is requested again after somebody watched it, though its section is unchanged', async () => {
  await using world = await startMemoWorld({ targets: ['1001'] })
  const reads = [
    '/library/sections/1/all?includeGuids=1&type=1',
    '/library/metadata/1001',
    '/library/sections/1/onDeck',
  ]
  const run = async (change: (stamp: string) => string) => {
    const current = await world.stampsNow(['1001', ...world.store.items()], { 1: 'a' })
    world.store.beginJob({ ...current, items: new Map([...current.items].map(([key, stamp]) => [key, change(stamp)])) })
    const job = await world.job()
    await job.layers.scope?.start()
    world.plex.clearJournal()
    for (const read of reads) await (await job.get(read, paged(0, 100))).arrayBuffer()
    return world.asked().map((resource) => resource.split('?')[0])
  }
  const asIs = (stamp: string) => stamp
  expect(await run(asIs)).toHaveLength(3)
  expect(await run(asIs)).toEqual(['/library/sections/1/onDeck'])
  expect(await run((stamp) => `${stamp} watched`)).toHaveLength(3)
})

test('the second job of a server requests nothing that stayed the same', async () => {
  let nowMs = 1_000_000
  await using world = await startMemoWorld({ targets: ['1001'], now: () => nowMs })
  const resources = [
    '/library/metadata/1001',
    '/library/sections/1/genre?type=1',
    '/',
    '/library/metadata/1001/posters',
  ]
  const search = '/library/sections/1/all?type=1&sort=titleSort&resolution=4k'
  const run = async () => {
    const job = await world.job()
    await job.layers.scope?.start()
    world.plex.clearJournal()
    for (const resource of resources) await (await job.get(resource)).arrayBuffer()
    const body = await (await job.get(search, paged(0, 100))).text()
    return { asked: world.asked(), body }
  }
  const current = (section = 'a', server = 'c') =>
    world.stampsNow(['1001', ...world.store.items()], { 1: section }, { '/': server })
  world.store.beginJob(await current())
  const first = await run()
  expect(first.asked).toHaveLength(6)
  expect(world.store.items()).toEqual(['1001'])

  world.store.beginJob(await current())
  nowMs += 60_000
  const second = await run()
  expect(second.asked).toEqual([])
  expect(second.body).toBe(first.body)

  world.store.beginJob(await current('b', 'other'))
  const changed = await run()
  expect(changed.asked).toHaveLength(4)
  expect(changed.asked).not.toContain('/library/metadata/1001')

  world.store.beginJob(await current('b', 'other'))
  world.store.beginJob(await current('b', 'other'), { fresh: true })
  expect((await run()).asked).toHaveLength(6)

  nowMs += maxReuseMs + 1
  world.store.beginJob(await current('b', 'other'))
  expect((await run()).asked).toHaveLength(6)
})

test('if an answer shows a decoy, its stamp is requested from Plex too', async () => {
  await using world = await startMemoWorld({ targets: ['1002'] })
  const search = '/library/sections/1/all?type=1&sort=titleSort&resolution=4k'
  const run = async () => {
    world.store.beginJob(await world.stampsNow(['1002', ...world.store.items()], { 1: 'a' }))
    const job = await world.job()
    await job.layers.scope?.start()
    world.plex.clearJournal()
    const body = await (await job.get(search, paged(0, 100))).text()
    return { asked: world.asked().length, decoy: / ratingKey="(\d+)"/.exec(body)?.[1] }
  }
  const { decoy } = await run()
  expect(decoy).not.toBe('1002')
  expect(world.store.items()).toEqual([decoy])
  expect(await run()).toEqual({ asked: 0, decoy })
})
