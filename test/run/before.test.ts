import { createHash } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlexItem } from '../../src/plex/items/item.ts'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { fetchBeforePicture, shownPicture } from '../../src/run/pictures/before-picture.ts'
import { type Beneath, openBeneath } from '../../src/util/beneath/beneath.ts'
import { openOddServer, openSamplePlex } from '../plex/open-plex.ts'
import { jpeg, movies, poster, shows } from '../plex/sample-libraries.ts'

let base: string
let folder: string
let files: Beneath
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'before-'))
  folder = join(base, 'job', 'input')
  await mkdir(folder, { recursive: true })
  files = openBeneath(join(base, 'job'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from('a png')])
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function itemOf(
  open: { reader: { items(keys: string[]): Promise<PlexItem[]> } },
  key: string,
): Promise<PlexItem> {
  const [item] = await open.reader.items([key])
  if (!item) throw new Error(`no item ${key}`)
  return item
}

describe('what Plex shows', () => {
  test.each([
    ['101', 'film-101', 'own'],
    ['200', 'show-200', 'own'],
    ['211', 'season-211', 'own'],
    ['212', 'show-200', 'parent'],
    ['2111', 'season-211', 'parent'],
    ['2121', 'show-200', 'grandparent'],
  ])('for %s: %s (%s)', async (key, name, source) => {
    await using open = await openSamplePlex({ libraries: [movies, shows] })
    const item = await itemOf(open, key)
    const before = await fetchBeforePicture({ files, id: 'one', item }, { reader: open.reader })
    const bytes = jpeg(name)
    expect(before).toEqual({
      file: 'input/one_before.jpg',
      type: 'jpg',
      bytes: bytes.length,
      sha256: sha256(bytes),
      source,
      note: null,
    })
    expect((await readFile(join(folder, 'one_before.jpg'))).equals(bytes)).toBe(true)
    expect(await readdir(folder)).toEqual(['one_before.jpg'])
    expect(open.plex.writes).toEqual([])
  })

  test('no poster at all, and no such item', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '114')
    expect(shownPicture(item)).toBeNull()
    expect(await fetchBeforePicture({ files, id: 'one', item }, open)).toEqual({
      file: null,
      reason: 'Plex shows no poster for it',
      note: null,
    })
    expect(await fetchBeforePicture({ files, id: 'one', item: null }, open)).toMatchObject({ file: null })
    expect(await readdir(folder)).toEqual([])
  })

  test('the extension follows the bytes', async () => {
    const libraries = [{ ...movies, items: [{ ...film, posters: [poster('a', () => png)] }] }]
    await using open = await openSamplePlex({ libraries })
    const before = await fetchBeforePicture({ files, id: 'one', item: await itemOf(open, '1') }, open)
    expect(before).toMatchObject({ type: 'png', file: 'input/one_before.png' })
  })

  test('something that is no picture is not kept', async () => {
    const libraries = [{ ...movies, items: [{ ...film, posters: [poster('a', () => Buffer.from('<html></html>'))] }] }]
    await using open = await openSamplePlex({ libraries })
    const before = await fetchBeforePicture({ files, id: 'one', item: await itemOf(open, '1') }, open)
    expect(before).toMatchObject({ file: null, reason: 'the picture is no JPEG, PNG or WebP but HTML' })
    expect(await readdir(folder)).toEqual([])
  })

  test("a picture that ends early leaves nothing behind, not even an earlier run's picture", async () => {
    await using odd = await openOddServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 })
      response.write(jpeg('half'), () => response.destroy())
    })
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    await fetchBeforePicture({ files, id: 'one', item }, open)
    expect(await readdir(folder)).toEqual(['one_before.jpg'])
    const before = await fetchBeforePicture({ files, id: 'one', item }, { reader: createPlexReader(odd.connection) })
    expect(before).toMatchObject({ file: null, reason: expect.stringMatching(/\w/) })
    expect(await readdir(folder)).toEqual([])
  })

  test('a cancelled job rejects, and reports no missing picture', async () => {
    const job = new AbortController()
    const reason = new Error('the job was cancelled')
    await using odd = await openOddServer(() => job.abort(reason))
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    const { signal } = job
    const reader = createPlexReader(odd.connection, { signal })
    await expect(fetchBeforePicture({ files, id: 'one', item }, { reader, signal })).rejects.toBe(reason)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('the input file', () => {
  test('is copied as it is, and Plex is not asked', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    const input = 'mine.jpg'
    await writeFile(files.shown(input), png)
    await fetchBeforePicture({ files, id: 'one', item }, open)
    open.plex.clearJournal()
    const before = await fetchBeforePicture({ files, id: 'one', item, input }, open)
    expect(before).toMatchObject({ type: 'png', source: 'input', sha256: sha256(png), note: null })
    expect(await readdir(folder)).toEqual(['one_before.png'])
    expect(open.plex.journal).toEqual([])
  })

  test('Plex is asked if it does not exist', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    for (const input of ['none.jpg', 'input', 'none/x.jpg']) {
      const before = await fetchBeforePicture({ files, id: 'one', item, input }, open)
      expect(before).toMatchObject({ source: 'own', note: null })
    }
  })

  test('Plex is asked if it is no picture, and a note says so', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const input = 'mine.jpg'
    await writeFile(files.shown(input), 'GIF89a')
    const before = await fetchBeforePicture({ files, id: 'one', item: await itemOf(open, '101'), input }, open)
    expect(before).toMatchObject({
      source: 'own',
      note: 'the input file was not taken: the picture is no JPEG, PNG or WebP but GIF',
    })
    expect(await readFile(files.shown(input), 'utf8')).toBe('GIF89a')
  })

  test('is never written, even if it is the before picture itself under another name', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    await fetchBeforePicture({ files, id: 'one', item }, open)
    const file = join(folder, 'one_before.jpg')
    const long = new Date(1_600_000_000_000)
    await writeFile(file, jpeg('mine'))
    await utimes(file, long, long)
    await link(file, files.shown('second.jpg'))
    for (const input of ['input/one_before.jpg', 'second.jpg']) {
      expect(await fetchBeforePicture({ files, id: 'one', item, input }, open)).toMatchObject({
        source: 'input',
        file: 'input/one_before.jpg',
      })
      expect((await stat(file)).mtimeMs).toBe(long.getTime())
    }
    await writeFile(file, 'no picture')
    expect(await fetchBeforePicture({ files, id: 'one', item, input: 'input/one_before.jpg' }, open)).toMatchObject({
      file: null,
    })
    expect(await readFile(file, 'utf8')).toBe('no picture')
    expect(await readdir(folder)).toEqual(['one_before.jpg'])
  })

  test('is not taken if it is a link, wherever the link leads, and a note says so', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    await writeFile(join(base, 'secret.png'), png)
    await symlink(join(base, 'secret.png'), files.shown('mine.png'))
    const before = await fetchBeforePicture({ files, id: 'one', item, input: 'mine.png' }, open)
    expect(before).toMatchObject({
      source: 'own',
      note: expect.stringMatching(/^the input file was not taken: .* is a link$/),
    })
  })

  test('half-written files of a dead run are removed, but only those of this target', async () => {
    await using open = await openSamplePlex({ libraries: [movies] })
    const item = await itemOf(open, '101')
    await fetchBeforePicture({ files, id: 'other', item }, open)
    await writeFile(join(folder, '.one_before.tmp-abc'), 'half')
    await writeFile(join(folder, '.other_before.tmp-abc'), 'half')
    await fetchBeforePicture({ files, id: 'one', item }, open)
    expect((await readdir(folder)).sort()).toEqual(['.other_before.tmp-abc', 'one_before.jpg', 'other_before.jpg'])
  })
})

const film = { type: 'movie', ratingKey: '1', title: 'Odd', year: 1920 } as const
