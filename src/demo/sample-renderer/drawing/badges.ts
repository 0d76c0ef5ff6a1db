import type { OverlayOptions } from 'sharp'
import { capHeight, drawText, type Span } from './drawn-text.ts'

/** One thing to draw on a poster. Each kind has a place of its own, so that no badge covers another. */
export type Badge =
  | { kind: 'resolution'; size: string; range: string }
  | { kind: 'edition'; text: string }
  | { kind: 'audio'; over: string; under: string }
  | { kind: 'rating'; icon: RatingIcon; text: string }
  | { kind: 'note'; text: string }

export type RatingIcon = 'tomato' | 'popcorn' | 'star'

export interface Canvas {
  width: number
  height: number
}

/** Kometa's canvases: an episode's is wide, all others are tall (overlay.py:15-17). */
export const posterCanvas: Canvas = { width: 1000, height: 1500 }
export const episodeCanvas: Canvas = { width: 1920, height: 1080 }

/** Kometa's default backdrop: 305 x 105, 15 from the edge, corners of 30, black at 60 %. */
const box = { width: 305, height: 105, margin: 15, radius: 30, padding: 22 }
const back = 'fill="#000000" fill-opacity="0.6"'
const ratingBox = { width: 160, height: 160, step: 175, textPx: 50, baseline: 24 }
const notePx = 50

/** A badge before it has a place: its backdrop, and its words at a place inside. */
interface DrawnBadge {
  width: number
  height: number
  /** Drawn on the backdrop, under the words. */
  icon: string
  words: { png: Buffer; left: number; top: number }
}

/** The layers that put all badges on a picture of the canvas's size. */
export async function drawBadges(badges: readonly Badge[], canvas: Canvas): Promise<OverlayOptions[]> {
  const ratings = badges.filter(({ kind }) => kind === 'rating')
  const layers = await Promise.all(
    badges.map(async (badge) => {
      const drawn = await drawBadge(badge)
      const { left, top } = placeOf(badge.kind, drawn, canvas, { row: ratings.indexOf(badge), of: ratings.length })
      const { words } = drawn
      return [
        { input: backdrop(drawn), left, top },
        { input: words.png, left: left + words.left, top: top + words.top },
      ]
    }),
  )
  return layers.flat()
}

function placeOf(kind: Badge['kind'], { width }: DrawnBadge, canvas: Canvas, rating: { row: number; of: number }) {
  const { margin, height } = box
  switch (kind) {
    case 'resolution':
      return { left: margin, top: margin }
    case 'edition':
      return { left: margin, top: margin * 2 + height }
    case 'audio':
      return { left: Math.round((canvas.width - width) / 2), top: margin }
    case 'rating': {
      const columnHeight = (rating.of - 1) * ratingBox.step + ratingBox.height
      return { left: margin, top: Math.round((canvas.height - columnHeight) / 2) + rating.row * ratingBox.step }
    }
    case 'note':
      return { left: canvas.width - margin - width, top: canvas.height - margin * 2 - height }
  }
}

function drawBadge(badge: Badge): Promise<DrawnBadge> {
  switch (badge.kind) {
    case 'resolution': {
      const size: Span = { words: badge.size, sizePx: badge.range === '' ? 64 : 62, tracking: -10 }
      return lineBadge(badge.range === '' ? [size] : [size, { words: `  ${badge.range}`, sizePx: 40, tracking: 20 }])
    }
    case 'audio':
      if (badge.under === '') return lineBadge([{ words: badge.over, sizePx: 62 }])
      return blockBadge([
        { words: `${badge.over}\n`, sizePx: 46 },
        { words: badge.under, sizePx: 26, tracking: 110 },
      ])
    case 'edition':
      return blockBadge([{ words: badge.text.toUpperCase(), sizePx: 26, tracking: 60 }])
    case 'rating':
      return ratingBadge(badge)
    case 'note':
      return noteBadge(badge.text)
  }
}

/** One line in the usual box. A descender does not move the line: the middle of the capitals is the box's middle. */
async function lineBadge(spans: readonly [Span, ...Span[]]): Promise<DrawnBadge> {
  const { width, height, padding } = box
  const text = await drawText(spans, { maxWidthPx: width - padding * 2 })
  const left = Math.round((width - text.width) / 2)
  const top = Math.round((height - Math.min(text.height, spans[0].sizePx * capHeight)) / 2)
  return { width, height, icon: '', words: { png: text.png, left, top } }
}

/** Several lines; the box is as tall as they need, up to the usual height for two lines. */
async function blockBadge(spans: readonly Span[]): Promise<DrawnBadge> {
  const { width, padding } = box
  const widthPx = width - padding * 2
  const text = await drawText(spans, { wrapPx: widthPx, maxWidthPx: widthPx })
  const height = Math.max(68, text.height + padding)
  const left = Math.round((width - text.width) / 2)
  return { width, height, icon: '', words: { png: text.png, left, top: Math.round((height - text.height) / 2) } }
}

async function ratingBadge(badge: { icon: RatingIcon; text: string }): Promise<DrawnBadge> {
  const { width, height, textPx, baseline } = ratingBox
  const text = await drawText([{ words: badge.text, sizePx: textPx, tracking: -10 }])
  const left = Math.round((width - text.width) / 2)
  return {
    width,
    height,
    icon: `<g transform="translate(9 3) scale(0.89)">${icons[badge.icon]}</g>`,
    words: { png: text.png, left, top: Math.round(height - baseline - textPx * capHeight) },
  }
}

async function noteBadge(words: string): Promise<DrawnBadge> {
  const text = await drawText([{ words, sizePx: notePx, tracking: 10 }])
  const width = Math.max(220, text.width + 64)
  const left = Math.round((width - text.width) / 2)
  const top = Math.round((box.height - notePx * capHeight) / 2)
  return { width, height: box.height, icon: '', words: { png: text.png, left, top } }
}

function backdrop({ width, height, icon }: DrawnBadge): Buffer {
  const rect = `<rect width="${width}" height="${height}" rx="${box.radius}" ${back}/>`
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${rect}${icon}</svg>`)
}

/** Icons for the upper part of a rating's box. */
const icons: Record<RatingIcon, string> = {
  tomato:
    '<circle cx="80" cy="58" r="34" fill="#f0372d"/>' +
    '<path d="M80 30Q60 14 44 24Q54 40 72 40Q80 48 88 40Q106 40 116 24Q100 14 80 30Z" fill="#37a34a"/>' +
    '<path d="M78 32Q74 20 66 12L78 10Q84 20 84 32Z" fill="#37a34a"/>',
  popcorn:
    '<path d="M50 46H110L102 94H58Z" fill="#f6f1e4"/>' +
    '<path d="M50 46H63L68 94H58ZM76 46H87L86 94H77ZM99 46H110L102 94H94Z" fill="#d8352a"/>' +
    '<circle cx="58" cy="38" r="14" fill="#ffd75e"/>' +
    '<circle cx="80" cy="31" r="16" fill="#ffe08a"/>' +
    '<circle cx="102" cy="38" r="14" fill="#ffd75e"/>',
  star: '<path d="M80 16L91 46L123 47L98 67L107 98L80 80L53 98L62 67L37 47L69 46Z" fill="#f5c518"/>',
}
