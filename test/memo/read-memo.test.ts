import { readdir } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { paged } from '../scope/scope-world.ts'
import { clientToken } from '../support/proxy-world.ts'
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

const bytesOf = async (response: Response | Promise<Response>) => Buffer.from(await (await response).arrayBuffer())
const thumbOf = async (get: (target: string) => Promise<Response>, key: string) => {
  const thumb = /thumb="(\/library\/metadata\/\d+\/thumb\/\d+)"/.exec(
    await (await get(`/library/metadata/${key}`)).text(),
  )?.[1]
  if (thumb === undefined) throw new Error('no thumb')
  return thumb
}

describe('each distinct read goes to Plex once', () => {
  test.each([
    ['metadata', '/library/metadata/1001', {}],
    ['a tag list', '/library/sections/1/resolution?type=1', {}],
    ['the server', '/', {}],
    ['posters', '/library/metadata/1001/posters', paged(0, 100)],
    ['leaves', '/library/metadata/2000/allLeaves?includeGuids=1', paged(0, 100)],
    [
      'a page by query',
      '/library/sections/1/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
      {},
    ],
  ])('%s', async (_name, target, headers) => {
    const { job, plex, asked } = await start()
    const { get, layers } = await job()
    const straight = await fetch(plex.url + target, {
      headers: { Accept: '*/*', 'X-Plex-Token': plex.token, ...ownRequest, ...headers },
    })
    const whole = await bytesOf(straight)
    plex.clearJournal()
    for (let time = 0; time < 3; time += 1) {
      const response = await get(target, headers)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(straight.headers.get('content-type'))
      expect(await bytesOf(response)).toEqual(whole)
    }
    expect(asked().filter((path) => !path.includes('includeMeta') || target.includes('includeMeta'))).toHaveLength(1)
    expect(layers.memo.reads).toEqual({ asked: asked().length, remembered: 2 })
  })

  test('also when the reads come in parallel', async () => {
    const { job, asked } = await start({ delayMs: 20 })
    const { get } = await job()
    const bodies = await Promise.all(Array.from({ length: 12 }, () => bytesOf(get('/library/metadata/1001'))))
    expect(new Set(bodies.map(String)).size).toBe(1)
    expect(asked()).toHaveLength(1)
  })

  test('with or without paging, if the answer holds everything', async () => {
    const { job, asked } = await start()
    const { get } = await job()
    await bytesOf(get('/library/metadata/1001', paged(0, 100)))
    await bytesOf(get('/library/metadata/1001'))
    expect(asked()).toHaveLength(1)
  })

  test('but a page never replaces the whole list, nor the whole list a page', async () => {
    const { job, asked } = await start()
    const { get } = await job()
    const target = '/library/metadata/2000/allLeaves?includeGuids=1'
    const count = async (headers = {}) => (await (await get(target, headers)).text()).match(/<Video /g)?.length
    expect(await count(paged(0, 2))).toBe(2)
    expect(await count()).toBe(5)
    expect(await count(paged(0, 2))).toBe(2)
    expect(await count(paged(2, 2))).toBe(2)
    expect(await count(paged(4, 2))).toBe(1)
    expect(await count()).toBe(5)
    expect(asked()).toHaveLength(4)
  })

  test('different relevant headers make a different read', async () => {
    const { job, asked } = await start()
    const { get } = await job()
    const xml = await (await get('/library/metadata/1001')).text()
    const json = await (await get('/library/metadata/1001', { Accept: 'application/json' })).json()
    expect(xml).toContain('<MediaContainer')
    expect(json).toHaveProperty('MediaContainer')
    expect(asked()).toHaveLength(2)
  })

  test('a picture is kept on disk, with the same bytes and type', async () => {
    const { job, plex, asked, store } = await start()
    const { get } = await job()
    const thumb = await thumbOf(get, '1003')
    const straight = await bytesOf(fetch(plex.url + thumb, { headers: { 'X-Plex-Token': plex.token, ...ownRequest } }))
    plex.clearJournal()
    const answers = await Promise.all([get(thumb), get(thumb), get(thumb, { 'Accept-Language': 'de' })])
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('image/jpeg')
      expect(await bytesOf(answer)).toEqual(straight)
    }
    expect(asked()).toHaveLength(1)
    expect(await readdir(store.folder)).toHaveLength(1)
    expect(store.texts.bytes).toBeLessThan(straight.length)
  })

  test('an error is never remembered', async () => {
    const { job, asked } = await start()
    const { get } = await job()
    expect((await get('/library/metadata/99999')).status).toBe(404)
    expect((await get('/library/metadata/99999')).status).toBe(404)
    expect(asked()).toHaveLength(2)
  })

  test('a random order is requested each time', async () => {
    const { job, asked } = await start()
    const { get } = await job({ scope: 'off' })
    const target = '/library/sections/1/all?type=1&sort=random'
    await bytesOf(get(target))
    await bytesOf(get(target))
    expect(asked()).toHaveLength(2)
  })
})

describe('a blocked write drops the answers that it could have changed', () => {
  test.each([
    ['a poster', 'POST', '/library/metadata/1001/posters', ['/library/metadata/1001']],
    [
      'a label',
      'PUT',
      '/library/sections/1/all?id=1001&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1',
      ['/library/metadata/1001', '/library/sections/1/label?type=1'],
    ],
    ['a preference', 'PUT', '/:/prefs?DatabaseCacheSize=50', ['/', '/:/prefs']],
  ])('%s', async (_name, method, write, dropped) => {
    const { job, plex, asked } = await start()
    const { get, send } = await job()
    const all = [
      '/',
      '/:/prefs',
      '/library/metadata/1001',
      '/library/metadata/1002',
      '/library/metadata/2000',
      '/library/sections/1/label?type=1',
      '/library/sections/2/label?type=2',
    ]
    for (const target of all) await bytesOf(get(target))
    plex.clearJournal()
    expect((await send(method, write)).status).toBe(200)
    for (const target of all) await bytesOf(get(target))
    expect(
      asked()
        .map((target) => target.replace('?skipRefresh=1', ''))
        .toSorted(),
    ).toEqual(dropped.toSorted())
    expect(plex.writes).toEqual([])
  })

  test('answers that name the item are dropped too: its show, its season', async () => {
    const { job, plex, asked } = await start()
    const { get, send } = await job()
    const all = ['/library/metadata/2000/allLeaves', '/library/metadata/2000', '/library/metadata/2100']
    for (const target of all) await bytesOf(get(target))
    plex.clearJournal()
    await send('POST', '/library/metadata/2011/posters')
    for (const target of all) await bytesOf(get(target))
    expect(asked()).toEqual(['/library/metadata/2000/allLeaves'])
  })

  test('a scoped search is repeated after a label edit', async () => {
    const { job, plex, asked } = await start()
    const { get, send, layers } = await job()
    await layers.scope?.start()
    const search = '/library/sections/1/all?includeGuids=1&label=Overlay'
    await bytesOf(get(search, paged(0, 100)))
    plex.clearJournal()
    await bytesOf(get(search, paged(0, 100)))
    expect(asked()).toEqual([])
    await send('PUT', '/library/sections/1/all?id=1001&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1')
    await bytesOf(get(search, paged(0, 100)))
    expect(asked()).toHaveLength(1)
  })
})

test('a picture uploaded by its proxy address comes from memory if it is there', async () => {
  const { job, plex, asked } = await start({ targets: ['1001'] })
  const { get, send, proxy, captures, recorder } = await job()
  const posters = await (await get('/library/metadata/1001/posters')).text()
  const file = /\/library\/metadata\/1001\/file\?url=[^"&]+/.exec(posters)?.[0] ?? ''
  const upload = `/library/metadata/1001/posters?url=${encodeURIComponent(`${proxy.url}${file}&X-Plex-Token=${clientToken}`)}`
  const picture = await bytesOf(get(file))
  plex.clearJournal()
  expect((await send('POST', upload)).status).toBe(200)
  expect(asked()).toEqual([])
  // That upload was a write that Kometa believes happened, so the memory dropped the picture.
  expect((await send('POST', upload)).status).toBe(200)
  expect(asked()).toEqual([file])
  expect(recorder.forwards.at(-1)).toMatchObject({ target: file, status: 200, bytes: picture.length })
  expect(captures.bodies).toEqual([picture, picture])
})

describe('prefetch', () => {
  test('what Kometa is certain to read is there when it asks', async () => {
    const { job, plex, asked } = await start({ targets: ['1002', '2012'] })
    const { get, layers } = await job()
    await layers.start()
    plex.clearJournal()
    for (const target of ['/', '/:/prefs', '/library', '/library/sections', '/library/sections/1/prefs']) {
      await bytesOf(get(target))
    }
    await bytesOf(get('/library/sections/1/resolution?type=1'))
    expect(asked()).toEqual(['/library/sections/1/resolution?type=1'])
    plex.clearJournal()
    await bytesOf(get('/library/metadata/1002'))
    await bytesOf(get(await thumbOf(get, '1002')))
    await bytesOf(get('/library/metadata/2012', paged(0, 100)))
    await bytesOf(get('/library/metadata/2000?includeGuids=1', paged(0, 100)))
    expect(asked()).toEqual([])
  })
})
