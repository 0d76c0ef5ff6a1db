// Makes docs/before-after.webp of a demo job: npm run demo -- --once --out JOB && npx tsx scripts/readme-picture.ts JOB
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { type Summary, summarySchema } from '../src/contract/summary.ts'
import { grotesk } from '../src/demo/drawing/glyphs/grotesk.ts'
import { drawText } from '../src/demo/drawing/typeface.ts'

const shown = ['metropolis', 'the-general', 'a-trip-to-the-moon']
const poster = { width: 360, height: 540, gap: 24, radius: 14 }
const panel = { padding: 36, head: 74 }
const panelWidth = panel.padding * 2 + shown.length * poster.width + (shown.length - 1) * poster.gap
const panelHeight = panel.head + poster.height + panel.padding
const between = 28
const width = panelWidth * 2 + between
const outputWidth = 1600

const [jobDir, out = 'docs/before-after.webp'] = process.argv.slice(2)
if (jobDir === undefined) throw new Error('usage: npx tsx scripts/readme-picture.ts JOB [OUT]')
const summary = summarySchema.parse(JSON.parse(await readFile(join(jobDir, 'output', 'summary.json'), 'utf8')))

const pieces = [...(await posters('before', 0)), ...(await posters('after', panelWidth + between))]
const drawn = await sharp(Buffer.from(background())).composite(pieces).png().toBuffer()
await sharp(drawn).resize(outputWidth).webp({ quality: 88 }).toFile(out)

async function posters(
  side: 'before' | 'after',
  left: number,
): Promise<{ input: Buffer; left: number; top: number }[]> {
  const mask = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${poster.width}" height="${poster.height}"><rect width="100%" height="100%" rx="${poster.radius}"/></svg>`,
  )
  return await Promise.all(
    shown.map(async (id, i) => {
      const { path } = picture(id, side)
      const input = await sharp(join(jobDir ?? '', path))
        .resize(poster.width, poster.height, { fit: 'fill' })
        .composite([{ input: mask, blend: 'dest-in' }])
        .png()
        .toBuffer()
      return { input, left: left + panel.padding + i * (poster.width + poster.gap), top: panel.head }
    }),
  )
}

function picture(id: string, side: 'before' | 'after'): NonNullable<Summary['targets'][number]['before']> {
  const found = summary.targets.find((target) => target.id === id)?.[side]
  if (!found) throw new Error(`The job has no picture "${side}" of ${id}`)
  return found
}

function background(): string {
  const panelAt = (x: number, fill: string, title: string, note: string, accent: string) =>
    `<rect x="${x}" width="${panelWidth}" height="${panelHeight}" rx="28" fill="${fill}"/>` +
    `<circle cx="${x + panel.padding + 9}" cy="38" r="9" fill="${accent}"/>` +
    drawText(grotesk, title, { x: x + panel.padding + 34, y: 50, fill: '#f4f1ea', sizePx: 33, tracking: -8 }) +
    drawText(grotesk, note, {
      x: x + panelWidth - panel.padding,
      y: 49,
      fill: '#9aa3b2',
      sizePx: 25,
      anchor: 'end',
      tracking: 0,
    })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${panelHeight}">${
    panelAt(0, '#1b1f27', 'Before', 'what Plex shows', '#7d8796') +
    panelAt(panelWidth + between, '#232a38', 'After', 'what would be uploaded', '#e5a00d')
  }</svg>`
}
