import sharp from 'sharp'

export interface ThumbnailOptions {
  /** In pixels. A smaller picture is not enlarged. */
  width: number
  /** A picture with more pixels is refused before it is decoded: 109 KB of PNG can contain 900 million pixels. */
  maxPixels: number
}

const quality = 82
const timeoutSeconds = 20

// Each call uses one thread, and nothing is cached: a wall of posters must not use up the memory and the processor.
sharp.cache(false)
sharp.concurrency(1)

/** Makes a WebP of this width from the bytes or the file of a picture. Rejects when it is no picture or too large. */
export async function makeThumbnail(image: Uint8Array | string, options: ThumbnailOptions): Promise<Buffer> {
  return sharp(image, { limitInputPixels: options.maxPixels, failOn: 'error', animated: false, pages: 1 })
    .rotate()
    .resize({ width: options.width, withoutEnlargement: true })
    .webp({ quality, effort: 2 })
    .timeout({ seconds: timeoutSeconds })
    .toBuffer()
}
