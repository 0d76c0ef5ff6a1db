import type { ImageType } from '../contract/kinds.ts'

/** The number of first bytes that `sniffImage` needs. */
export const sniffBytes = 12

/**
 * The image type that the first bytes prove, or null for a type that is not supported. File names and Content-Type are
 * ignored; only magic bytes decide.
 */
export function sniffImage(head: Uint8Array): ImageType | null {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47])) return 'png'
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') return 'webp'
  return null
}

/**
 * What bytes seem to be when they are no image, in words for a person: "SVG", "HTML", "audio (MP3)", or the first bytes
 * in hex.
 */
export function describeNonImage(head: Uint8Array): string {
  if (head.length === 0) return 'nothing'
  const text = ascii(head, 0, 512)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase()
  const known = signatures.find(([, test]) => test(head, text))
  if (known) return known[0]
  const bytes = Buffer.from(head.subarray(0, 8))
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')
  return `unknown data (first bytes ${bytes})`
}

const signatures: readonly [name: string, test: (head: Uint8Array, text: string) => boolean][] = [
  ['GIF', (_head, text) => /^gif8[79]a/.test(text)],
  ['SVG', (_head, text) => text.startsWith('<svg') || (text.startsWith('<?xml') && text.includes('<svg'))],
  ['HTML', (_head, text) => text.startsWith('<!doctype html') || text.startsWith('<html')],
  ['XML', (_head, text) => text.startsWith('<?xml')],
  ['JSON', (_head, text) => /^[{[]/.test(text)],
  ['audio (MP3)', (head, text) => text.startsWith('id3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0)],
  ['audio (Ogg)', (_head, text) => text.startsWith('oggs')],
  ['audio (FLAC)', (_head, text) => text.startsWith('flac')],
  ['AVIF or HEIC', (head) => /^ftyp(avi|hei|mif)/.test(ascii(head, 4, 12))],
  ['MP4', (head) => ascii(head, 4, 8) === 'ftyp'],
  ['gzip', (head) => startsWith(head, [0x1f, 0x8b])],
  ['BMP', (head, text) => text.startsWith('bm') && head.length > 26],
]

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte)
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1')
}
