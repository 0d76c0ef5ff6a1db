import { parentPort, workerData } from 'node:worker_threads'
import pixelmatch from 'pixelmatch'
import sharp from 'sharp'
import { z } from 'zod'
import { messageOf } from '../util/unknown-error.ts'
import type { DifferenceTask } from './difference.ts'

/** Larger pictures are scaled down to this size, because a heat map shows no more detail. */
const maxSidePixels = 1_500
/** How much two colours must differ, from 0 to 1. The noise of JPEG stays below this. */
const threshold = 0.1

const taskSchema: z.ZodType<DifferenceTask> = z.object({
  before: z.instanceof(Uint8Array),
  after: z.instanceof(Uint8Array),
  maxPixels: z.number(),
})

async function compare({ before, after, maxPixels }: DifferenceTask) {
  sharp.cache(false)
  sharp.concurrency(1)
  const open = (bytes: Uint8Array) => sharp(bytes, { limitInputPixels: maxPixels, pages: 1 }).rotate()
  const { data: afterPixels, info } = await open(after)
    .resize({ width: maxSidePixels, height: maxSidePixels, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const beforePixels = await open(before).resize({ width, height, fit: 'fill' }).ensureAlpha().raw().toBuffer()
  const heat = new Uint8Array(width * height * 4)
  const differing = pixelmatch(beforePixels, afterPixels, heat, width, height, {
    threshold,
    alpha: 0.15,
    diffColor: [255, 64, 64],
    diffColorAlt: [255, 176, 32],
    aaColor: [120, 120, 120],
  })
  const png = await sharp(heat, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer()
  return { share: differing / (width * height), width, height, png: new Uint8Array(png) }
}

try {
  parentPort?.postMessage(await compare(taskSchema.parse(workerData)))
} catch (error) {
  parentPort?.postMessage({ error: messageOf(error) })
}
