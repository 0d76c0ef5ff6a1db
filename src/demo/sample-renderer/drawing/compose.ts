import sharp from 'sharp'
import { type Badge, type Canvas, drawBadges } from './badges.ts'
import { markWebp } from './mark-webp.ts'

/** Kometa's default for `overlay_artwork_quality`. */
export const defaultQuality = 90
const maxInputPixels = 8000 * 8000

/**
 * Draws badges on a picture, resized to Kometa's canvas, and writes it as Kometa does: lossy WEBP with the overlay
 * mark.
 */
export async function composeOverlay(
  base: Uint8Array,
  badges: readonly Badge[],
  canvas: Canvas,
  quality = defaultQuality,
): Promise<Buffer> {
  const drawn = await sharp(base, { limitInputPixels: maxInputPixels })
    .flatten({ background: '#000000' })
    .resize(canvas.width, canvas.height, { fit: 'fill', kernel: 'lanczos3' })
    .composite(await drawBadges(badges, canvas))
    .webp({ quality })
    .toBuffer()
  return markWebp(drawn)
}
