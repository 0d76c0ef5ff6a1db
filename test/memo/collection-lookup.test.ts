import { afterEach, describe, expect, test } from 'vitest'
import { matching } from '../../src/proxy/memo/collection-lookup.ts'
import { paged } from '../scope/scope-world.ts'
import { ownRequest } from '../support/watched-plex.ts'
import { type MemoWorld, type MemoWorldOptions, startMemoWorld } from './memo-world.ts'

let world: MemoWorld | undefined
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

async function start(options: MemoWorldOptions = {}): Promise<MemoWorld> {
  world = await startMemoWorld(options)
  return world
}

const lookup = (title: string) => `/library/sections/1/all?includeGuids=1&title=${encodeURIComponent(title)}&type=18`

describe('the lookup of a collection by name', () => {
  test('is answered byte for byte as Plex does, with few requests', async () => {
    const { job, plex, asked } = await start()
    const { get, layers } = await job()
    const titles = [
      '4K',
      '4k movies',
      'nothing like it',
      'Best of',
      'Amélie',
      'A24',
      'Movies',
      'zzz',
      '4K HDR',
      'K',
      'Overlay',
      'IMDb 250',
    ]
    for (const title of titles) {
      const straight = await fetch(plex.url + lookup(title), {
        headers: { 'X-Plex-Token': plex.token, ...paged(0, 100), ...ownRequest },
      })
      const answer = await get(lookup(title), paged(0, 100))
      expect(await answer.text(), title).toBe(await straight.text())
      expect(answer.headers.get('content-type')).toBe(straight.headers.get('content-type'))
    }
    const ours = asked().length - titles.length
    expect(ours).toBeLessThanOrEqual(5)
    expect(layers.memo.collections.answered).toBeGreaterThanOrEqual(titles.length - 2)
  })

  test('128 names need no more than a few requests', async () => {
    const { job, asked } = await start()
    const { get } = await job()
    for (let index = 0; index < 128; index += 1)
      await (await get(lookup(`resolution ${index}`), paged(0, 100))).arrayBuffer()
    expect(asked()).toHaveLength(2)
  })

  test('Plex is asked about a new collection', async () => {
    const { job, asked, plex } = await start()
    const { get, send } = await job()
    await (await get(lookup('Nothing yet'), paged(0, 100))).arrayBuffer()
    await send('POST', '/library/collections?type=1&title=Nothing%20yet&smart=0&sectionId=1&uri=server://x')
    plex.clearJournal()
    await (await get(lookup('Nothing yet'), paged(0, 100))).arrayBuffer()
    expect(asked()).toHaveLength(2)
  })
})

describe('matching', () => {
  const named = (...titles: string[]) =>
    titles.map((title) => ({ element: { ratingKey: title, bytes: Buffer.from(title) }, title, others: '' }))
  const found = (wanted: string, ...titles: string[]) =>
    matching(named(...titles), wanted)?.map(({ ratingKey }) => ratingKey) ?? null

  test.each([
    ['4K', ['4K', 'In 4k', 'HD'], ['4K', 'In 4k']],
    ['Studio', ['A24', 'Pixar'], []],
    // If it is uncertain which names Plex finds, Plex is asked.
    ['Amelie', ['Amélie'], null],
    ['SciFi', ['Sci-Fi'], null],
    ['Star Trek', ['Trek of the Star'], null],
    ['A, B', ['C'], null],
    ['A, B', [], []],
    ['!!!', ['Wow'], null],
  ])('%s among %j', (wanted, titles, expected) => {
    expect(found(wanted, ...titles)).toEqual(expected)
  })
})
