import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import type { ImageType } from '../../src/contract/kinds.ts'

export interface TestImageOptions {
  width?: number
  height?: number
  /** Any number; it chooses the colour, so that images differ. */
  seed?: number
  lossless?: boolean
  /** Value of EXIF tag 0x04BC; "overlay" is Kometa's mark. */
  mark?: string
  byteOrder?: 'II' | 'MM'
}

/** A small real image, with the EXIF tag that Kometa writes if `mark` is given. */
export async function makeImage(type: ImageType, options: TestImageOptions = {}): Promise<Buffer> {
  const { width = 20, height = 30, seed = 0, lossless = false, mark, byteOrder = 'MM' } = options
  const background = { r: (seed * 37) % 256, g: (seed * 101) % 256, b: (seed * 7 + 60) % 256 }
  const image = sharp({ create: { width, height, channels: 3, background } })
  const bytes = await encode[type](image, lossless).toBuffer()
  return mark === undefined ? bytes : addExif[type](bytes, makeExif(mark, byteOrder), { width, height })
}

const encode: Record<ImageType, (image: Sharp, lossless: boolean) => Sharp> = {
  jpg: (image) => image.jpeg(),
  png: (image) => image.png(),
  webp: (image, lossless) => image.webp({ lossless }),
}

/** A TIFF structure with one directory of one entry: tag 0x04BC, ASCII. */
export function makeExif(value: string, byteOrder: 'II' | 'MM' = 'MM'): Buffer {
  const little = byteOrder === 'II'
  const u16 = (number: number) =>
    bytesOf(2, (buffer) => (little ? buffer.writeUInt16LE(number) : buffer.writeUInt16BE(number)))
  const u32 = (number: number) =>
    bytesOf(4, (buffer) => (little ? buffer.writeUInt32LE(number) : buffer.writeUInt32BE(number)))
  const text = Buffer.from(`${value}\0`, 'latin1')
  const inline = text.length <= 4
  return Buffer.concat([
    Buffer.from(byteOrder, 'latin1'),
    u16(42),
    u32(8),
    u16(1),
    u16(0x04bc),
    u16(2),
    u32(text.length),
    inline ? Buffer.concat([text, Buffer.alloc(4 - text.length)]) : u32(26),
    u32(0),
    inline ? Buffer.alloc(0) : text,
  ])
}

type AddExif = (image: Buffer, exif: Buffer, size: { width: number; height: number }) => Buffer

const addExif: Record<ImageType, AddExif> = {
  jpg(image, exif) {
    const payload = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif])
    const head = bytesOf(4, (buffer) => buffer.writeUInt16BE(0xffe1) && buffer.writeUInt16BE(payload.length + 2, 2))
    return Buffer.concat([image.subarray(0, 2), head, payload, image.subarray(2)])
  },
  png(image, exif) {
    const afterHeader = 8 + 25
    const named = Buffer.concat([Buffer.from('eXIf', 'latin1'), exif])
    const chunk = Buffer.concat([uint32be(exif.length), named, uint32be(crc32(named))])
    return Buffer.concat([image.subarray(0, afterHeader), chunk, image.subarray(afterHeader)])
  },
  webp(image, exif, { width, height }) {
    const extended = Buffer.alloc(10)
    extended.writeUInt8(0x08) // the flag "has EXIF"
    extended.writeUIntLE(width - 1, 4, 3)
    extended.writeUIntLE(height - 1, 7, 3)
    const chunks = Buffer.concat([webpChunk('VP8X', extended), image.subarray(12), webpChunk('EXIF', exif)])
    const size = bytesOf(4, (buffer) => buffer.writeUInt32LE(chunks.length + 4))
    return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), chunks])
  },
}

function webpChunk(name: string, data: Buffer): Buffer {
  const size = bytesOf(4, (buffer) => buffer.writeUInt32LE(data.length))
  return Buffer.concat([Buffer.from(name, 'latin1'), size, data, Buffer.alloc(data.length % 2)])
}

function uint32be(number: number): Buffer {
  return bytesOf(4, (buffer) => buffer.writeUInt32BE(number))
}

function bytesOf(length: number, write: (buffer: Buffer) => unknown): Buffer {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}
