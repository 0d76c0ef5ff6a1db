import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { SampleImage } from '../../src/demo/sample-plex/model/model.ts'

/** The PNG is written by hand and uncompressed, so a picture has the same bytes with every version of every encoder. */
export interface PictureOptions {
  width?: number
  height?: number
  /** Opacity of the middle; the border is then transparent, as in an overlay image. */
  alpha?: number
}

/** A picture of coloured squares that is unique to the name. */
export function picture(name: string, { width = 100, height = 150, alpha }: PictureOptions = {}): Buffer {
  const colours = createHash('sha512').update(name).digest()
  const channels = alpha === undefined ? 3 : 4
  const rows = Buffer.alloc(height * (1 + width * channels))
  let at = 0
  for (let y = 0; y < height; y++) {
    at += 1 // the row's filter: none
    for (let x = 0; x < width; x++) {
      const square = (Math.floor((y * 5) / height) * 4 + Math.floor((x * 4) / width)) * 3
      for (let channel = 0; channel < 3; channel++) rows[at++] = ((colours[square + channel] ?? 0) + x + y) % 256
      if (alpha !== undefined) rows[at++] = x > 2 && y > 2 && x < width - 3 && y < height - 3 ? alpha : 0
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', storedZlib(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A real picture of another type, kept as a file: `poster.jpg`, or `worn.webp`, which Kometa drew and marked. */
export function pictureFile(name: string): Buffer {
  return readFileSync(new URL(`pictures/${name}`, import.meta.url))
}

const mediaTypes = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const

/** A poster or a background as Plex's agents leave it. */
export function agentImage(bytes: Buffer, type: keyof typeof mediaTypes = 'png'): SampleImage {
  const id = createHash('sha1').update(bytes).digest('hex')
  return {
    ratingKey: `metadata://posters/tv.plex.agents.movie_${id}`,
    provider: 'tv.plex.agents.movie',
    mediaType: mediaTypes[type],
    read: () => bytes,
  }
}

/** A poster that somebody uploaded; Plex lists it first. */
export function uploadedImage(bytes: Buffer, type: keyof typeof mediaTypes): SampleImage {
  const id = createHash('sha1').update(bytes).digest('hex')
  return { ratingKey: `upload://posters/${id}`, mediaType: mediaTypes[type], selected: true, read: () => bytes }
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

const maxStoredBlock = 65_535

function storedZlib(data: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x78, 0x01])]
  for (let at = 0; at < data.length; at += maxStoredBlock) {
    const block = data.subarray(at, at + maxStoredBlock)
    const head = Buffer.alloc(5)
    head.writeUInt8(at + maxStoredBlock >= data.length ? 1 : 0)
    head.writeUInt16LE(block.length, 1)
    head.writeUInt16LE(block.length ^ 0xffff, 3)
    parts.push(head, block)
  }
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(adler32(data))
  return Buffer.concat([...parts, sum])
}

function adler32(data: Buffer): number {
  let low = 1
  let high = 0
  for (const byte of data) {
    low = (low + byte) % 65_521
    high = (high + low) % 65_521
  }
  return high * 65_536 + low
}
