import type { ImageType } from '../contract/kinds.ts'
import { type ByteSource, withSource } from './byte-source.ts'
import { sniffBytes, sniffImage } from './sniff.ts'

export interface ImageSize {
  width: number
  height: number
}

/** The most JPEG segments to check before the frame header. */
const maxSegments = 512

/**
 * The pixel size from the header, without decoding: a picture that claims a billion pixels costs only a few small
 * reads. Null when the header is cut off, malformed, or claims no pixels. For JPEG it is the size of the stored frame,
 * before EXIF rotation.
 */
export function readImageSize(image: string | ByteSource): Promise<ImageSize | null> {
  return withSource(image, async (source) => {
    const type = sniffImage(await source.read(0, sniffBytes))
    if (type === null) return null
    const size = await readers[type](source)
    return size !== null && size.width > 0 && size.height > 0 ? size : null
  })
}

const readers: Record<ImageType, (source: ByteSource) => Promise<ImageSize | null>> = {
  png: pngSize,
  jpg: jpegSize,
  webp: webpSize,
}

async function pngSize(source: ByteSource): Promise<ImageSize | null> {
  const head = await source.read(0, 24)
  if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') return null
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}

async function jpegSize(source: ByteSource): Promise<ImageSize | null> {
  let position = 2
  for (let segment = 0; segment < maxSegments; segment++) {
    const head = await source.read(position, 9)
    if (head.length < 4 || head[0] !== 0xff) return null
    const marker = head[1] ?? 0
    if (marker === 0xff) {
      position += 1 // a fill byte before the marker
      continue
    }
    if (isFrameHeader(marker)) {
      return head.length < 9 ? null : { width: head.readUInt16BE(7), height: head.readUInt16BE(5) }
    }
    // After the start of a scan or the end of the image there is no frame header.
    if (marker === 0xda || marker === 0xd9) return null
    position += isBareMarker(marker) ? 2 : 2 + Math.max(2, head.readUInt16BE(2))
  }
  return null
}

/** SOF0..SOF15. C4, C8 and CC are in the same range but are no frame headers. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Markers without a length: restart, start of image, temporary. */
export function isBareMarker(marker: number): boolean {
  return (marker >= 0xd0 && marker <= 0xd8) || marker === 0x01
}

async function webpSize(source: ByteSource): Promise<ImageSize | null> {
  const head = await source.read(0, 30)
  const chunk = head.toString('latin1', 12, 16)
  if (chunk === 'VP8X' && head.length >= 30) {
    return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
  }
  if (chunk === 'VP8L' && head.length >= 25 && head[20] === 0x2f) {
    const bits = head.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  // Lossy: a key frame, its start code, then two 14-bit numbers.
  if (chunk === 'VP8 ' && head.length >= 30 && head.readUIntBE(23, 3) === 0x9d012a) {
    return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
  }
  return null
}
