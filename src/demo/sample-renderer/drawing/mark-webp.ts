import { AppError } from '../../../contract/errors.ts'

/**
 * A little-endian TIFF `Exif` block with one entry: tag 0x04BC, ASCII, "overlay" (overlays.py:228-229,
 * library.py:496-512).
 */
const overlayMark = makeMark('overlay')
const exifFlag = 0x08
const alphaFlag = 0x10

/** Puts Kometa's overlay mark into a WEBP. sharp writes named EXIF tags only, so this writes the chunk itself. */
export function markWebp(webp: Buffer): Buffer {
  if (webp.toString('latin1', 0, 4) !== 'RIFF' || webp.toString('latin1', 8, 12) !== 'WEBP') {
    throw new AppError('RUN_FAILED', 'The composed picture is not a WEBP')
  }
  const chunks = readChunks(webp).filter(({ name }) => name !== 'EXIF')
  const extended = chunks.find(({ name }) => name === 'VP8X')
  const head = extended ? Buffer.from(extended.data) : makeHead(chunks)
  head.writeUInt8(head.readUInt8(0) | exifFlag, 0)
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    writeChunk('VP8X', head),
    ...chunks.filter(({ name }) => name !== 'VP8X').map(({ name, data }) => writeChunk(name, data)),
    writeChunk('EXIF', overlayMark),
  ])
  const riff = Buffer.alloc(8)
  riff.write('RIFF', 0, 'latin1')
  riff.writeUInt32LE(body.length, 4)
  return Buffer.concat([riff, body])
}

interface Chunk {
  name: string
  data: Buffer
}

function readChunks(webp: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 12; at + 8 <= webp.length; ) {
    const length = webp.readUInt32LE(at + 4)
    chunks.push({ name: webp.toString('latin1', at, at + 4), data: webp.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return chunks
}

function writeChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
}

/**
 * Makes a VP8X head for a simple file, whose frame header has the size (VP8: RFC 6386 9.1, VP8L: lossless format 3).
 */
function makeHead(chunks: readonly Chunk[]): Buffer {
  const frame = chunks.find(({ name }) => name === 'VP8 ' || name === 'VP8L')
  if (!frame) throw new AppError('RUN_FAILED', 'The composed WEBP holds no picture')
  const { data, name } = frame
  const bits = name === 'VP8L' ? data.readUInt32LE(1) : 0
  const width = name === 'VP8L' ? (bits & 0x3fff) + 1 : data.readUInt16LE(6) & 0x3fff
  const height = name === 'VP8L' ? ((bits >>> 14) & 0x3fff) + 1 : data.readUInt16LE(8) & 0x3fff
  const head = Buffer.alloc(10)
  head.writeUInt8(name === 'VP8L' && (bits & 0x1000_0000) !== 0 ? alphaFlag : 0, 0)
  head.writeUIntLE(width - 1, 4, 3)
  head.writeUIntLE(height - 1, 7, 3)
  return head
}

function makeMark(value: string): Buffer {
  const text = Buffer.from(`${value}\0`, 'latin1')
  const tiff = Buffer.alloc(26 + text.length)
  tiff.write('II', 0, 'latin1')
  tiff.writeUInt16LE(42, 2)
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(0x04bc, 10)
  tiff.writeUInt16LE(2, 12)
  tiff.writeUInt32LE(text.length, 14)
  tiff.writeUInt32LE(26, 18)
  text.copy(tiff, 26)
  return tiff
}
