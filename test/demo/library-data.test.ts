import sharp from 'sharp'
import { expect, test } from 'vitest'
import { ratingKeySchema, targetIdSchema } from '../../src/contract/preview.ts'
import { demoLibraries, demoTargets } from '../../src/demo/library/library-data.ts'
import type { SampleItem } from '../../src/demo/sample-plex/model/model.ts'
import { bufferSource } from '../../src/images/byte-source.ts'
import { readOverlayMark } from '../../src/images/exif-mark.ts'

const withChildren = (item: SampleItem): SampleItem[] => [item, ...(item.children ?? []).flatMap(withChildren)]
const everything = () => demoLibraries().flatMap(({ items }) => items.flatMap(withChildren))
const film = (title: string) => demoLibraries()[0]?.items.find((item) => item.title === title)

test('about forty films and six shows, with ratingKeys that are unique on the server', () => {
  const [films, shows] = demoLibraries()
  expect(films?.items.length).toBeGreaterThanOrEqual(40)
  expect(shows?.items).toHaveLength(6)
  const keys = [...everything(), ...demoLibraries().flatMap(({ collections }) => collections ?? [])].map(
    (item) => item.ratingKey,
  )
  expect(new Set(keys).size).toBe(keys.length)
  for (const key of keys) expect(ratingKeySchema.safeParse(key).success).toBe(true)
})

test('ids are well-formed', () => {
  for (const { guids } of everything()) {
    for (const guid of guids ?? []) expect(guid).toMatch(/^(?:imdb:\/\/tt\d{7,8}|tmdb:\/\/\d+|tvdb:\/\/\d+)$/)
  }
})

test('what overlays look at differs: resolutions, ranges, codecs, editions, labels', () => {
  const media = everything().flatMap((item) => item.media ?? [])
  const values = (pick: (each: (typeof media)[number]) => string | undefined) => new Set(media.map(pick))
  expect([...values(({ videoResolution }) => videoResolution)].sort()).toEqual(['1080', '480', '4k', '576', '720'])
  const streams = media.flatMap((each) => each.streams)
  expect(streams.some((stream) => stream.kind === 'video' && stream.doviPresent === true)).toBe(true)
  expect(
    streams.some((stream) => stream.kind === 'video' && stream.colorTrc === 'smpte2084' && !stream.doviPresent),
  ).toBe(true)
  const codecs = new Set(streams.flatMap((stream) => (stream.kind === 'audio' ? [stream.codec] : [])))
  expect([...codecs].sort()).toEqual(['aac', 'ac3', 'dca', 'eac3', 'flac', 'mp3', 'opus', 'pcm', 'truehd'])
  expect(everything().filter(({ editionTitle }) => editionTitle !== undefined).length).toBeGreaterThanOrEqual(4)
  expect(everything().filter(({ labels }) => labels?.includes('Overlay')).length).toBeGreaterThanOrEqual(3)
})

test('titles hold what titles hold: accents, &, quotes, commas, and more than a line', () => {
  const titles = everything().map(({ title }) => title)
  for (const sign of [/ä/, /&/, /“/, /’/, /,/, /:/, /!/, /.{60}/])
    expect(titles.filter((title) => sign.test(title))).not.toEqual([])
  expect(titles.filter((title) => title === 'Night of the Living Dead')).toHaveLength(2)
})

test('a film that wears an overlay has it chosen and marked, and the clean one behind it', async () => {
  const [worn, clean] = film('Nosferatu')?.posters ?? []
  const marked = async (image: typeof worn) =>
    await readOverlayMark(bufferSource((await image?.read()) ?? new Uint8Array()))
  expect(worn).toMatchObject({ selected: true, mediaType: 'image/webp' })
  expect(worn?.ratingKey).toMatch(/^upload:\/\/posters\/[0-9a-f]{40}$/)
  expect(await marked(worn)).toBe(true)
  expect(clean).toMatchObject({ selected: false, mediaType: 'image/jpeg' })
  expect(await marked(clean)).toBe(false)
})

test('pictures are what they are said to be, made once, and the same in every run', async () => {
  const posters = film('The Kid')?.posters ?? []
  expect(posters.length).toBeGreaterThan(2)
  expect(posters.filter(({ selected }) => selected)).toHaveLength(1)
  for (const poster of posters) {
    const bytes = await poster.read()
    expect(await poster.read()).toBe(bytes)
    expect(`image/${(await sharp(bytes).metadata()).format}`).toBe(poster.mediaType)
  }
  const again = film('The Kid')?.posters?.[0]
  expect(Buffer.from((await again?.read()) ?? []).equals(Buffer.from((await posters[0]?.read()) ?? []))).toBe(true)
  expect(again?.ratingKey).toBe(posters[0]?.ratingKey)
})

test('the demo’s targets are of every type and have file-safe ids', () => {
  const targets = demoTargets()
  expect(new Set(targets.map(({ item }) => item.type))).toEqual(new Set(['movie', 'show', 'season', 'episode']))
  for (const { id } of targets) expect(targetIdSchema.safeParse(id).success).toBe(true)
})
