import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Job, type MemoWorld, startMemoWorld } from '../memo/memo-world.ts'
import { makeJobDir } from '../support/capture/captures.ts'
import { makeImage } from '../support/images.ts'
import { film, show } from '../support/sample-plex.ts'

const libraries = [
  {
    key: 1,
    title: 'Movies',
    type: 'movie' as const,
    items: [film('1001', 'Nosferatu', { labels: ['Tom & "Jerry"'] }), film('1002', 'The General'), film('1003', 'M')],
  },
  {
    key: 2,
    title: 'Shows',
    type: 'show' as const,
    items: [
      show('2000', 'Dragnet', [1], {
        children: [
          { type: 'season', ratingKey: '2010', title: 'Season 1', index: 1, posters: [], inheritsPoster: true },
        ],
      }),
    ],
  },
]

let world: MemoWorld
let job: Job
beforeEach(async () => {
  world = await startMemoWorld({ libraries, targets: ['1001', '1002', '2010'] })
  job = await world.job({ jobDir: makeJobDir() })
})
afterEach(() => world[Symbol.asyncDispose]())

const bytesOf = async (answer: Response | Promise<Response>) => Buffer.from(await (await answer).arrayBuffer())
const textOf = async (target: string, headers = {}) => (await job.get(target, headers)).text()
const attribute = (xml: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1] ?? ''
const thumbOf = async (ratingKey: string) =>
  attribute(/<(?:Video|Directory) [^>]*>/.exec(await textOf(`/library/metadata/${ratingKey}`))?.[0] ?? '', 'thumb')
const photosOf = async (ratingKey: string, kind = 'posters') => {
  const text = await textOf(`/library/metadata/${ratingKey}/${kind}`)
  const photos = [...text.matchAll(/<Photo [^>]*>/g)].map(([element]) => ({
    key: attribute(element, 'key').replaceAll('&amp;', '&'),
    ratingKey: attribute(element, 'ratingKey'),
    selected: attribute(element, 'selected'),
  }))
  return { photos, size: Number(attribute(text, 'size')) }
}
const marked = () => makeImage('webp', { mark: 'overlay' })
const label = (id: string, change: string) =>
  job.send('PUT', `/library/sections/1/all?id=${id}&label.locked=1&${change}&type=1`)
const add = (...names: string[]) =>
  names.map((name, at) => `label%5B${at}%5D.tag.tag=${encodeURIComponent(name)}`).join('&')
const remove = (name: string) => `label%5B%5D.tag.tag-=${encodeURIComponent(encodeURIComponent(name))}`
const labelsOf = async (ratingKey: string, target = `/library/metadata/${ratingKey}`) => {
  const text = await textOf(target)
  const item = text.split(/(?=<Video )/).find((part) => part.includes(`ratingKey="${ratingKey}"`)) ?? ''
  return [...item.matchAll(/<Label [^>]*>/g)].map(([element]) => attribute(element, 'tag'))
}

describe('a picture that Kometa has uploaded', () => {
  test('is what the item shows, and Plex is not asked for it', async () => {
    const thumb = await thumbOf('1001')
    const before = await bytesOf(job.get(thumb))
    const upload = await marked()
    await job.send('POST', '/library/metadata/1001/posters', upload)
    world.plex.clearJournal()
    const answer = await job.get(thumb)
    expect(answer.headers.get('content-type')).toBe('image/webp')
    expect((await bytesOf(answer)).equals(upload)).toBe(true)
    expect(world.asked()).toEqual([])
    expect(before.equals(upload)).toBe(false)
    const other = await bytesOf(job.get(await thumbOf('1002')))
    expect(other.equals(upload)).toBe(false)
  })

  test('is what a season without a poster of its own shows', async () => {
    const thumb = await thumbOf('2010')
    expect(thumb).toMatch(/^\/library\/metadata\/2000\/thumb\//)
    const upload = await marked()
    await job.send('POST', '/library/metadata/2000/posters', upload)
    expect((await bytesOf(job.get(thumb))).equals(upload)).toBe(true)
  })

  test('is the first and the selected one of the list; each upload can be had', async () => {
    const plexs = await photosOf('1001')
    expect(plexs.photos.map(({ selected }) => selected)).toEqual(['1'])
    const uploads = [await marked(), await makeImage('png'), await marked()]
    for (const upload of uploads) await job.send('POST', '/library/metadata/1001/posters', upload)
    const { photos, size } = await photosOf('1001')
    expect(size).toBe(3)
    expect(photos.map(({ selected }) => selected)).toEqual(['1', '0', '0'])
    expect(photos.map(({ ratingKey }) => ratingKey.split('://')[0])).toEqual(['upload', 'upload', 'metadata'])
    const [newest, earlier, own] = photos.map(({ key }) => job.get(key))
    if (!newest || !earlier || !own) throw new Error('three pictures are listed')
    expect((await bytesOf(newest)).equals(uploads[2] ?? Buffer.alloc(0))).toBe(true)
    expect((await bytesOf(earlier)).equals(uploads[1] ?? Buffer.alloc(0))).toBe(true)
    expect((await own).status).toBe(200)
    expect((await photosOf('1002')).photos).toHaveLength(1)
    expect((await photosOf('1001', 'arts')).size).toBe(0)
  })

  test('the first one of an empty list', async () => {
    await job.send('POST', '/library/metadata/2010/posters', await marked())
    const { photos, size } = await photosOf('2010')
    expect([size, photos.map(({ selected }) => selected)]).toEqual([1, ['1']])
  })

  test('a background is no poster', async () => {
    const thumb = await thumbOf('1001')
    const before = await bytesOf(job.get(thumb))
    await job.send('POST', '/library/metadata/1001/arts', await makeImage('png'))
    expect((await bytesOf(job.get(thumb))).equals(before)).toBe(true)
    expect((await photosOf('1001', 'arts')).size).toBe(1)
  })

  test('of an earlier job is forgotten', async () => {
    const thumb = await thumbOf('1001')
    const before = await bytesOf(job.get(thumb))
    await job.send('POST', '/library/metadata/1001/posters', await marked())
    job = await world.job({ jobDir: makeJobDir() })
    expect((await bytesOf(job.get(thumb))).equals(before)).toBe(true)
    expect((await photosOf('1001')).size).toBe(1)
  })
})

describe('a label that Kometa has set', () => {
  test('is read back, of one item and of several in one write', async () => {
    expect(await labelsOf('1002')).toEqual([])
    await label('1001%2C1002', add('Overlay', 'A <b>'))
    expect(await labelsOf('1001')).toEqual(['Overlay', 'A &lt;b&gt;', 'Tom &amp; &quot;Jerry&quot;'].sort(byPlace))
    expect(await labelsOf('1002')).toEqual(['Overlay', 'A &lt;b&gt;'])
    expect(await labelsOf('1003')).toEqual([])
    expect(await labelsOf('1002', '/library/metadata/1002,1003')).toEqual(['Overlay', 'A &lt;b&gt;'])
  })

  test('one that is there is not there twice, and one that was taken off is gone', async () => {
    await label('1001', add('Tom & "Jerry"', 'Overlay'))
    expect(await labelsOf('1001')).toEqual(['Overlay', 'Tom &amp; &quot;Jerry&quot;'])
    await label('1001', remove('Tom & "Jerry"'))
    expect(await labelsOf('1001')).toEqual(['Overlay'])
    await label('1001', remove('Overlay'))
    expect(await labelsOf('1001')).toEqual([])
  })

  test('everything else of the item is as Plex has it', async () => {
    const before = await textOf('/library/metadata/1002')
    await label('1002', add('Overlay'))
    const after = await textOf('/library/metadata/1002')
    expect(after.replace('<Label tag="Overlay"/>', '').replaceAll(/\s+(?=<)/g, '')).toBe(
      before.replaceAll(/\s+(?=<)/g, ''),
    )
  })
})

/** New labels stand before those that Plex has. */
const byPlace = (one: string, other: string): number => Number(one.startsWith('Tom')) - Number(other.startsWith('Tom'))
