type ImageMediaType = 'image/jpeg' | 'image/png' | 'image/webp'

/** The media type that the first bytes show; undefined if they are no JPEG, PNG or WebP. */
export function sniffMediaType(bytes: Uint8Array): ImageMediaType | undefined {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1')
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  if (text(0, 4) === '\x89PNG') return 'image/png'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  return undefined
}
