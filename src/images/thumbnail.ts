import sharp from 'sharp'

export interface ThumbnailOptions {
  /** Pixels; a smaller picture is not made larger. */
  width: number
  /** A picture of more pixels is refused before it is decoded: 109 KB of PNG can stand for 900 million. */
  maxPixels: number
}

const quality = 82
const timeoutSeconds = 20

// One picture at a time for each call, and nothing kept: a wall of posters must not eat the machine.
sharp.cache(false)
sharp.concurrency(1)

/** A WebP of this width from a picture's bytes or file. Rejects when it is no picture, or too large a one. */
export async function makeThumbnail(image: Uint8Array | string, options: ThumbnailOptions): Promise<Buffer> {
  return sharp(image, { limitInputPixels: options.maxPixels, failOn: 'error', animated: false, pages: 1 })
    .rotate()
    .resize({ width: options.width, withoutEnlargement: true })
    .webp({ quality, effort: 2 })
    .timeout({ seconds: timeoutSeconds })
    .toBuffer()
}
