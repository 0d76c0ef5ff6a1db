import type { ImageType } from '../contract/kinds.ts'
import { type ByteSource, withSource } from './byte-source.ts'
import { isBareMarker } from './image-size.ts'
import { sniffBytes, sniffImage } from './sniff.ts'

/**
 * Kometa writes this tag into every poster it composes (Kometa overlays.py:229) and looks for it (library.py:496-512).
 */
const overlayTag = 0x04bc
const overlayValue = 'overlay'
const typeAscii = 2

/**
 * The most chunks or segments to search for the EXIF block. WEBP has it after the pixels, JPEG and PNG mostly before.
 */
const maxChunks = 4096
/** The most entries of the first EXIF directory to check. */
const maxEntries = 1024

/**
 * Tells whether the image carries Kometa's mark: EXIF tag 0x04BC, type ASCII, value "overlay". An upload that restores
 * the original has none. Only container headers and the first EXIF directory are read, in small limited reads; a broken
 * container counts as having no mark.
 */
export function readOverlayMark(image: string | ByteSource): Promise<boolean> {
  return withSource(image, async (source) => {
    const type = sniffImage(await source.read(0, sniffBytes))
    const start = type === null ? null : await finders[type](source)
    return start !== null && (await hasMark(source, start))
  })
}

/** Each function finds the start of the TIFF structure inside the EXIF block. */
const finders: Record<ImageType, (source: ByteSource) => Promise<number | null>> = {
  png: findInPng,
  jpg: findInJpeg,
  webp: findInWebp,
}

async function findInPng(source: ByteSource): Promise<number | null> {
  let position = 8
  for (let chunk = 0; chunk < maxChunks && position + 8 <= source.size; chunk++) {
    const head = await source.read(position, 8)
    if (head.length < 8) return null
    const name = head.toString('latin1', 4, 8)
    if (name === 'eXIf') return skipPrefix(source, position + 8)
    if (name === 'IEND') return null
    position += 12 + head.readUInt32BE(0)
  }
  return null
}

async function findInJpeg(source: ByteSource): Promise<number | null> {
  let position = 2
  for (let segment = 0; segment < maxChunks; segment++) {
    const head = await source.read(position, 10)
    if (head.length < 4 || head[0] !== 0xff) return null
    const marker = head[1] ?? 0
    if (marker === 0xe1 && head.toString('latin1', 4, 10) === 'Exif\0\0') return position + 10
    if (marker === 0xda || marker === 0xd9) return null
    if (marker === 0xff) position += 1
    else position += isBareMarker(marker) ? 2 : 2 + Math.max(2, head.readUInt16BE(2))
  }
  return null
}

async function findInWebp(source: ByteSource): Promise<number | null> {
  let position = 12
  for (let chunk = 0; chunk < maxChunks && position + 8 <= source.size; chunk++) {
    const head = await source.read(position, 8)
    if (head.length < 8) return null
    if (head.toString('latin1', 0, 4) === 'EXIF') return skipPrefix(source, position + 8)
    const length = head.readUInt32LE(4)
    position += 8 + length + (length % 2)
  }
  return null
}

/** Some writers put JPEG's "Exif\0\0" before the block in WEBP and PNG too. Pillow reads both forms. */
async function skipPrefix(source: ByteSource, position: number): Promise<number> {
  const head = await source.read(position, 6)
  return head.toString('latin1') === 'Exif\0\0' ? position + 6 : position
}

async function hasMark(source: ByteSource, start: number): Promise<boolean> {
  const head = await source.read(start, 8)
  const order = head.toString('latin1', 0, 2)
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return false
  const little = order === 'II'
  const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))

  const directory = start + u32(head, 4)
  const counted = await source.read(directory, 2)
  if (counted.length < 2) return false
  const entries = await source.read(directory + 2, 12 * Math.min(u16(counted, 0), maxEntries))
  for (let at = 0; at + 12 <= entries.length; at += 12) {
    if (u16(entries, at) !== overlayTag || u16(entries, at + 2) !== typeAscii) continue
    const count = u32(entries, at + 4)
    if (count > overlayValue.length + 1) return false
    const value =
      count <= 4 ? entries.subarray(at + 8, at + 8 + count) : await source.read(start + u32(entries, at + 8), count)
    return value.toString('latin1').replace(/\0$/, '') === overlayValue
  }
  return false
}
