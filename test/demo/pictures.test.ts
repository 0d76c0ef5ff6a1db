import { readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { demoFile } from '../../src/demo/demo-file.ts'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import { filmRows } from '../../src/demo/library/library-data-films.ts'
import { showRows } from '../../src/demo/library/library-data-shows.ts'
import type { SampleImage, SampleItem } from '../../src/demo/sample-plex/model/model.ts'
import { definitionsOf } from '../../src/demo/sample-renderer/definitions.ts'
import type { Badge } from '../../src/demo/sample-renderer/drawing/badges.ts'
import { composeOverlay } from '../../src/demo/sample-renderer/drawing/compose.ts'
import { drawText } from '../../src/demo/sample-renderer/drawing/drawn-text.ts'

const files = (folder: string) => readdirSync(demoFile(folder)).sort()
const withChildren = (item: SampleItem): SampleItem[] => [item, ...(item.children ?? []).flatMap(withChildren)]
const sizeOf = async (image: SampleImage | undefined) => {
  const { width, height, format } = await sharp(await image?.read()).metadata()
  return `${format} ${width}x${height}`
}

test('each committed picture is used, each named one is there, and no two items of a library share a poster', () => {
  const worn = filmRows.filter(({ posters }) => posters === 'worn').map(({ picture }) => `${picture}-worn`)
  const shows = showRows.flatMap(({ picture, seasons, worn: wears }) => [
    picture,
    ...(wears ? [`${picture}-worn`] : []),
    ...seasons.filter(({ bare }) => bare !== true).map(({ number }) => `${picture}-s0${number}`),
  ])
  const posters = [...filmRows.map(({ picture }) => picture), ...worn, ...shows].map((name) => `${name}.avif`)
  expect(posters.sort()).toEqual(files('posters'))
  expect(showRows.map(({ picture }) => `${picture}.avif`).sort()).toEqual(files('wide'))
})

test('posters are 1000 x 1500 and backgrounds and stills 1920 x 1080, as Plex has them', async () => {
  const items = demoLibraries().flatMap(({ items: each }) => each.flatMap(withChildren))
  const metropolis = items.find(({ title }) => title === 'Metropolis')
  const episode = items.find(({ type }) => type === 'episode')
  const show = items.find(({ type }) => type === 'show')
  expect(await Promise.all((metropolis?.posters ?? []).map(sizeOf))).toEqual([
    'jpeg 1000x1500',
    'jpeg 1000x1500',
    'jpeg 1000x1500',
    'png 600x900',
  ])
  for (const wide of [metropolis?.arts?.[0], show?.arts?.[0], episode?.posters?.[0]]) {
    expect(await sizeOf(wide)).toBe('jpeg 1920x1080')
  }
})

test('the stills of a season differ', async () => {
  const [season] = demoLibraries()[1]?.items[0]?.children ?? []
  const stills = await Promise.all((season?.children ?? []).map(({ posters }) => posters?.[0]?.read()))
  expect(stills.length).toBeGreaterThan(5)
  expect(new Set(stills.map((still) => Buffer.from(still ?? []).toString('base64'))).size).toBe(stills.length)
})

/** A font that lacks a letter draws the box of the missing glyph; another font of the machine may stand in for it. */
test('the font has every letter that a badge of the sample library can show', () => {
  const cmap = unicodesOf(readFileSync(demoFile('font/preview-demo-sans-bold.ttf')))
  const words = filmRows.flatMap(({ edition }) => (edition === undefined ? [] : [edition.toUpperCase()]))
  const missing = [...words.join(''), ...'0123456789.:%+hmpSEKDVHRTUABCFGILMNOPQWX ’'].filter(
    (letter) => !cmap.has(letter),
  )
  expect(missing).toEqual([])
})

test('text is drawn with our font, the same each time, and shrinks to the width it has', async () => {
  const drawn = await drawText([{ words: '4K', sizePx: 64 }])
  expect(await drawText([{ words: '4K', sizePx: 64 }])).toEqual(drawn)
  // Capitals of the font are 0.7275 of its size; those of the usual fallback (DejaVu Sans) are as tall, but wider: 95
  // px.
  expect(drawn.width).toBeGreaterThan(80)
  expect(drawn.width).toBeLessThan(90)
  const fitted = await drawText([{ words: 'A <b>& long</b> line', sizePx: 64 }], { maxWidthPx: 200 })
  expect(fitted.width).toBe(200)
})

test('a badge never leaves the picture, however long its words are', async () => {
  const long = 'The Extraordinarily Long Anniversary Restoration '.repeat(2)
  const badges: Badge[] = [
    { kind: 'edition', text: long },
    { kind: 'audio', over: 'DTS-HD', under: 'MASTER AUDIO' },
    { kind: 'resolution', size: '1080p', range: 'HDR' },
    { kind: 'rating', icon: 'star', text: '10.0' },
    { kind: 'note', text: '12h 00m' },
  ]
  const base = await sharp({ create: { width: 50, height: 75, channels: 3, background: '#ffffff' } })
    .png()
    .toBuffer()
  const drawn = await composeOverlay(base, badges, { width: 1000, height: 1500 })
  const { data, info } = await sharp(drawn).greyscale().raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 1000, height: 1500 })
  const dark = (x: number, y: number) => (data[y * 1000 + x] ?? 0) < 200
  expect(dark(160, 25)).toBe(true)
  // Between the boxes and in the corner, which no badge may reach.
  for (const [x, y] of [
    [5, 5],
    [326, 60],
    [660, 60],
    [330, 200],
    [995, 1495],
  ] as const)
    expect(dark(x, y)).toBe(false)
})

test('an overlay file that the sample renderer does not know is named in words', () => {
  const entry = { defaultName: 'streaming', shown: 'default: streaming', variables: new Map() }
  expect(definitionsOf(entry, 'movie')).toMatch(/draws only .*resolution.*; the real Kometa draws default: streaming/)
})

/** The characters of a font's `cmap`, format 4: all that a subset of Latin letters has. */
function unicodesOf(font: Buffer): Set<string> {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + i * 16)
  const cmap = font.readUInt32BE((tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap') ?? 0) + 8)
  const subtables = Array.from(
    { length: font.readUInt16BE(cmap + 2) },
    (_, i) => cmap + font.readUInt32BE(cmap + 8 + i * 8),
  )
  const at = subtables.find((each) => font.readUInt16BE(each) === 4) ?? 0
  const segments = font.readUInt16BE(at + 6)
  const letters = new Set<string>()
  for (let i = 0; i < segments; i += 2) {
    const last = font.readUInt16BE(at + 14 + i)
    for (let code = font.readUInt16BE(at + 16 + segments + i); code <= last && code < 0xffff; code++) {
      letters.add(String.fromCharCode(code))
    }
  }
  return letters
}
