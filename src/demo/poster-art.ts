import sharp from 'sharp'
import { condensed } from './drawing/glyphs/condensed.ts'
import { geometric } from './drawing/glyphs/geometric.ts'
import { type LayoutName, layouts } from './poster-art/layouts.ts'
import { drawLine, drawTitle } from './poster-art/lettering.ts'
import { type MotifName, motifs } from './poster-art/motifs.ts'
import { type PaletteName, palettes } from './poster-art/palettes.ts'
import { createRandom, group, type Random, rect } from './poster-art/shapes.ts'

/** How a title looks on everything that is drawn for it. */
export interface Look {
  motif: MotifName
  layout: LayoutName
  palette: PaletteName
  /** Colour of the figures in place of the palette's ink: dark shapes on a dark sheet, whose letters are light. */
  silhouette?: string
}

export interface PosterText {
  title: string
  /** Small line: who made it, or which season it is. */
  credit: string
  year: string
}

const posterSize = { width: 1000, height: 1500 } as const
const wideSize = { width: 1920, height: 1080 } as const
const jpegQuality = 88

/** A poster, JPEG 1000 x 1500. The same bytes for the same words: nothing is asked of the machine. */
export function drawPoster(look: Look, text: PosterText): Promise<Buffer> {
  const palette = palettes[look.palette]
  const random = createRandom(`${look.motif} ${text.title}`)
  const art = drawMotif(look, random)
  return toJpeg(layouts[look.layout]({ ...text, palette, art, random }), posterSize)
}

/** A still of an episode, JPEG 1920 x 1080: the show's motif from another side, with the episode's title. */
export function drawStill(look: Look, text: PosterText & { number: number }): Promise<Buffer> {
  const palette = palettes[look.palette]
  const random = createRandom(`${look.motif} ${text.title} ${text.number}`)
  const art = drawMotif(look, random)
  // Where the camera stands: each episode sees another part of the picture.
  const x = Math.round(1330 + (random() - 0.5) * 560)
  const y = Math.round(500 + (random() - 0.5) * 160)
  const zoom = (1.05 + random() * 0.75).toFixed(2)
  const title = drawTitle({
    face: condensed,
    title: text.title.toUpperCase(),
    x: 90,
    y: 950,
    from: 'bottom',
    anchor: 'start',
    widthPx: 1150,
    heightPx: 330,
    maxLines: 3,
    maxSizePx: 190,
    leading: 0.88,
    fill: palette.ink,
    tracking: 8,
  })
  const svg =
    rect(0, 0, 1920, 1080, palette.ground) +
    group(`translate(${x} ${y}) scale(${zoom})`, art) +
    `<linearGradient id="still" x1="0" y1="1" x2="0.75" y2="0"><stop offset="0" stop-color="${palette.shade}"/><stop offset="0.35" stop-color="${palette.shade}" stop-opacity="0.88"/><stop offset="0.8" stop-color="${palette.shade}" stop-opacity="0"/></linearGradient>` +
    rect(0, 0, 1920, 1080, 'url(#still)') +
    title.svg +
    rect(90, Math.round(title.top) - 62, 90, 8, palette.accent) +
    drawLine(geometric, text.credit.toUpperCase(), {
      x: 90,
      y: 1012,
      fill: palette.accent,
      anchor: 'start',
      sizePx: 32,
      maxWidthPx: 1200,
      tracking: 120,
    })
  return toJpeg(svg, wideSize)
}

/** A background without words, JPEG 1920 x 1080. */
export function drawArt(look: Look, title: string): Promise<Buffer> {
  const palette = palettes[look.palette]
  const art = drawMotif(look, createRandom(`${look.motif} ${title}`))
  return toJpeg(rect(0, 0, 1920, 1080, palette.ground) + group('translate(960 540)', art), wideSize)
}

function drawMotif(look: Look, random: Random): string {
  const palette = palettes[look.palette]
  return motifs[look.motif](look.silhouette === undefined ? palette : { ...palette, ink: look.silhouette }, random)
}

async function toJpeg(body: string, size: { width: number; height: number }): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}">${body}</svg>`
  return await sharp(Buffer.from(svg)).flatten().jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' }).toBuffer()
}
