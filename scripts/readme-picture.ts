// Makes docs/before-after.webp from a demo job:
// npm run demo -- --once --out JOB && npx tsx scripts/readme-picture.ts JOB
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { type Summary, summarySchema } from '../src/contract/summary.ts'
import { capHeight, drawText } from '../src/demo/sample-renderer/drawing/drawn-text.ts'

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

const panels = [
  { left: 0, side: 'before', fill: '#1b1f27', title: 'Before', note: 'what Plex shows', accent: '#7d8796' },
  {
    left: panelWidth + between,
    side: 'after',
    fill: '#232a38',
    title: 'After',
    note: 'what would be uploaded',
    accent: '#e5a00d',
  },
] as const
type Panel = (typeof panels)[number]

const pieces = await Promise.all(panels.map(async (each) => [...(await head(each)), ...(await posters(each))]))
const drawn = await sharp(Buffer.from(background())).composite(pieces.flat()).png().toBuffer()
await sharp(drawn).resize(outputWidth).webp({ quality: 88 }).toFile(out)

async function posters({ side, left }: Panel): Promise<{ input: Buffer; left: number; top: number }[]> {
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

/** The title of a panel on the left and its note on the right, on one baseline above the posters. */
async function head({ left, title, note }: Panel): Promise<{ input: Buffer; left: number; top: number }[]> {
  const name = await drawText([{ words: title, sizePx: 33, tracking: -8 }], { fill: '#f4f1ea' })
  const words = await drawText([{ words: note, sizePx: 25 }], { fill: '#9aa3b2' })
  return [
    { input: name.png, left: left + panel.padding + 34, top: Math.round(50 - 33 * capHeight) },
    { input: words.png, left: left + panelWidth - panel.padding - words.width, top: Math.round(50 - 25 * capHeight) },
  ]
}

function background(): string {
  const backs = panels.map(
    ({ left, fill, accent }) =>
      `<rect x="${left}" width="${panelWidth}" height="${panelHeight}" rx="28" fill="${fill}"/>` +
      `<circle cx="${left + panel.padding + 9}" cy="38" r="9" fill="${accent}"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${panelHeight}">${backs.join('')}</svg>`
}
