import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { imageTypes } from '../../src/contract/kinds.ts'
import { type ByteSource, bufferSource } from '../../src/images/byte-source.ts'
import { readOverlayMark } from '../../src/images/exif-mark.ts'
import { readImageSize } from '../../src/images/image-size.ts'
import { describeNonImage, sniffImage } from '../../src/images/sniff.ts'
import { makeImage } from '../support/images.ts'

describe('sniffImage', () => {
  test.each(imageTypes)('%s', async (type) => {
    const image = await makeImage(type)
    expect(sniffImage(image)).toBe(type)
    expect(sniffImage(image.subarray(0, 12))).toBe(type)
  })

  test.each(['', 'RIFF1234WAVE', 'RIFF', 'GIF89a', '\x89PN', '\xff\xd8', '<svg>', ' \xff\xd8\xff'])(
    '%j is not an image',
    (text) => {
      expect(sniffImage(Buffer.from(text, 'latin1'))).toBeNull()
    },
  )

  test.each([
    ['<?xml version="1.0"?>\n<svg>', 'SVG'],
    ['\n <!DOCTYPE html>', 'HTML'],
    ['{"a":1}', 'JSON'],
    ['ID3\x03', 'audio (MP3)'],
    ['\0\0\0\x1cftypavif', 'AVIF or HEIC'],
    ['', 'nothing'],
    ['\x01\x02', 'unknown data (first bytes 01 02)'],
  ])('%j is described as %s', (text, words) => expect(describeNonImage(Buffer.from(text, 'latin1'))).toBe(words))
})

describe('readImageSize', () => {
  test.each([
    ['jpg', {}],
    ['png', {}],
    ['webp', {}],
    ['webp', { lossless: true }],
    ['jpg', { mark: 'overlay' }],
    ['png', { mark: 'overlay' }],
    ['webp', { mark: 'overlay' }],
    ['webp', { mark: 'overlay', lossless: true }],
  ] as const)('%s %j', async (type, options) => {
    for (const [width, height] of [
      [1, 1],
      [1000, 1500],
      [1920, 1080],
      [3, 4000],
    ] as const) {
      const image = await makeImage(type, { ...options, width, height })
      expect(await readImageSize(bufferSource(image))).toEqual({ width, height })
    }
  })

  test('progressive and grey JPEG', async () => {
    const image = sharp({ create: { width: 99, height: 101, channels: 3, background: 'red' } })
    const progressive = await image.clone().jpeg({ progressive: true }).toBuffer()
    const grey = await image.clone().greyscale().jpeg().toBuffer()
    for (const each of [progressive, grey])
      expect(await readImageSize(bufferSource(each))).toEqual({ width: 99, height: 101 })
  })

  test('a picture that claims 900 million pixels costs a few bytes', async () => {
    const bomb = await makeImage('png')
    bomb.writeUInt32BE(30_000, 16)
    bomb.writeUInt32BE(30_000, 20)
    const { source, read } = counted(bomb)
    expect(await readImageSize(source)).toEqual({ width: 30_000, height: 30_000 })
    expect(read()).toBeLessThan(100)
  })

  test('a file given by its path', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'images-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    writeFileSync(join(dir, 'a'), await makeImage('webp', { width: 5, height: 6, mark: 'overlay' }))
    expect(await readImageSize(join(dir, 'a'))).toEqual({ width: 5, height: 6 })
    expect(await readOverlayMark(join(dir, 'a'))).toBe(true)
  })
})

describe('readOverlayMark', () => {
  test.each(imageTypes)('%s: only Kometa’s value, in both byte orders', async (type) => {
    for (const byteOrder of ['II', 'MM'] as const) {
      const marked = async (mark: string) => readOverlayMark(bufferSource(await makeImage(type, { mark, byteOrder })))
      expect(await marked('overlay')).toBe(true)
      for (const other of ['overlays', 'Overlay', 'overla', 'ove', '', 'overlay\0'])
        expect(await marked(other)).toBe(false)
    }
    expect(await readOverlayMark(bufferSource(await makeImage(type)))).toBe(false)
  })

  test('is found behind the pixels of a large WEBP by skipping its chunks, without reading them', async () => {
    const noise = await sharp({
      create: {
        width: 600,
        height: 600,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
        background: 'red',
      },
    })
      .webp({ lossless: true })
      .toBuffer()
    const small = await makeImage('webp', { mark: 'overlay', width: 600, height: 600 })
    const [header, exif] = [small.subarray(0, 30), small.subarray(small.lastIndexOf('EXIF'))]
    const { source, read } = counted(Buffer.concat([header, noise.subarray(12), exif]))
    expect(source.size).toBeGreaterThan(500_000)
    expect(await readOverlayMark(source)).toBe(true)
    expect(read()).toBeLessThan(300)
  })
})

test('broken images never throw, never hang, and cost little', async () => {
  const images = await Promise.all(imageTypes.map((type) => makeImage(type, { mark: 'overlay' })))
  const broken = fc.tuple(
    fc.constantFrom(...images),
    fc.nat(),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
  )
  await fc.assert(
    fc.asyncProperty(broken, async ([image, cut, changes]) => {
      const bytes = Buffer.from(image.subarray(0, 12 + (cut % image.length)))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      const { source, read } = counted(bytes)
      await readImageSize(source)
      await readOverlayMark(source)
      expect(read()).toBeLessThan(200_000)
    }),
    { numRuns: 500 },
  )
})

/** A source that counts the bytes read from it. */
function counted(bytes: Buffer): { source: ByteSource; read: () => number } {
  const inner = bufferSource(bytes)
  let total = 0
  const source: ByteSource = {
    size: inner.size,
    read: async (position, length) => {
      const result = await inner.read(position, length)
      total += result.length
      return result
    },
  }
  return { source, read: () => total }
}
