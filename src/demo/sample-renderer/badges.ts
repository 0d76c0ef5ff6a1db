import { grotesk } from '../drawing/glyphs/grotesk.ts'
import { fitTitle } from '../drawing/title-lines.ts'
import { capHeightPx, drawText, measureText } from '../drawing/typeface.ts'

/** One thing to draw on a poster. Each kind has its own place, so that two never meet. */
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

/** Kometa's canvas: episodes lie, everything else stands (overlay.py:15-17). */
export const posterCanvas: Canvas = { width: 1000, height: 1500 }
export const episodeCanvas: Canvas = { width: 1920, height: 1080 }

/** Kometa's defaults: 305 x 105, 15 from the edge, corners of 30, black at 60 %. */
const box = { width: 305, height: 105, margin: 15, radius: 30 }
const back = '#000000'
const backOpacity = 0.6
const ink = '#ffffff'
const ratingBox = { width: 160, height: 160, step: 175 }

/** All badges of one picture as SVG in the size of the canvas. */
export function drawBadges(badges: readonly Badge[], canvas: Canvas): string {
  let row = 0
  const rows = badges.filter((badge) => badge.kind === 'rating').length
  const parts = badges.map((badge) => {
    if (badge.kind === 'resolution') return at(box.margin, box.margin, resolution(badge.size, badge.range))
    if (badge.kind === 'edition') return at(box.margin, box.margin * 2 + box.height, edition(badge.text))
    if (badge.kind === 'audio') {
      return at(Math.round((canvas.width - box.width) / 2), box.margin, twoLines(badge.over, badge.under))
    }
    if (badge.kind === 'rating') {
      const tall = (rows - 1) * ratingBox.step + ratingBox.height
      return at(box.margin, Math.round((canvas.height - tall) / 2) + row++ * ratingBox.step, rating(badge))
    }
    const { svg, width } = note(badge.text)
    return at(canvas.width - box.margin - width, canvas.height - box.margin * 2 - box.height, svg)
  })
  const { width, height } = canvas
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`
}

const at = (x: number, y: number, svg: string) => `<g transform="translate(${x} ${y})">${svg}</g>`

const pill = (width: number, height: number) =>
  `<rect width="${width}" height="${height}" rx="${box.radius}" fill="${back}" fill-opacity="${backOpacity}"/>`

function resolution(size: string, range: string): string {
  const middle = box.width / 2
  const baseline = (px: number) => box.height / 2 + capHeightPx(grotesk, px) / 2
  if (range === '') {
    return pill(box.width, box.height) + text(size, middle, baseline(64), 64, 'middle', -10)
  }
  const big = 62
  const small = 40
  const gap = 22
  const left = measureText(grotesk, size, { sizePx: big, tracking: -10 })
  const right = measureText(grotesk, range, { sizePx: small, tracking: 20 })
  const start = middle - (left + right + gap * 2) / 2
  return (
    pill(box.width, box.height) +
    text(size, start, baseline(big), big, 'start', -10) +
    `<rect x="${start + left + gap - 1.5}" y="28" width="3" height="${box.height - 56}" fill="${ink}" fill-opacity="0.55"/>` +
    text(range, start + left + gap * 2, baseline(small), small, 'start', 20)
  )
}

function twoLines(over: string, under: string): string {
  const middle = box.width / 2
  if (under === '') {
    const px = sizeFor(over, 62)
    return (
      pill(box.width, box.height) + text(over, middle, box.height / 2 + capHeightPx(grotesk, px) / 2, px, 'middle', 0)
    )
  }
  const large = sizeFor(over, 46)
  const small = sizeFor(under, 26, 110)
  return (
    pill(box.width, box.height) +
    text(over, middle, 58, large, 'middle', 0) +
    text(under, middle, 89, small, 'middle', 110)
  )
}

function edition(words: string): string {
  const { lines, sizePx } = fitTitle(grotesk, words.toUpperCase(), {
    widthPx: box.width - 44,
    heightPx: 56,
    maxLines: 2,
    maxSizePx: 32,
    leading: 1.2,
    tracking: 60,
  })
  const height = lines.length > 1 ? 92 : 68
  const step = sizePx * 1.2
  const cap = capHeightPx(grotesk, sizePx)
  const first = height / 2 - ((lines.length - 1) * step) / 2 + cap / 2
  return (
    pill(box.width, height) +
    lines.map((line, i) => text(line, box.width / 2, first + i * step, sizePx, 'middle', 60)).join('')
  )
}

function rating(badge: { icon: RatingIcon; text: string }): string {
  const { width, height } = ratingBox
  const px = 50
  return `${pill(width, height)}<g transform="translate(9 3) scale(0.89)">${icons[badge.icon]}</g>${text(badge.text, width / 2, height - 24, px, 'middle', -10)}`
}

function note(words: string): { svg: string; width: number } {
  const px = 50
  const width = Math.round(Math.max(220, measureText(grotesk, words, { sizePx: px, tracking: 10 }) + 64))
  const baseline = box.height / 2 + capHeightPx(grotesk, px) / 2
  return { svg: pill(width, box.height) + text(words, width / 2, baseline, px, 'middle', 10), width }
}

/** Each stands in the upper part of a rating's box. */
const icons: Record<RatingIcon, string> = {
  tomato:
    '<circle cx="80" cy="58" r="34" fill="#f0372d"/><path d="M80 30Q60 14 44 24Q54 40 72 40Q80 48 88 40Q106 40 116 24Q100 14 80 30Z" fill="#37a34a"/><path d="M78 32Q74 20 66 12L78 10Q84 20 84 32Z" fill="#37a34a"/>',
  popcorn:
    '<path d="M50 46H110L102 94H58Z" fill="#f6f1e4"/><path d="M50 46H63L68 94H58ZM76 46H87L86 94H77ZM99 46H110L102 94H94Z" fill="#d8352a"/><circle cx="58" cy="38" r="14" fill="#ffd75e"/><circle cx="80" cy="31" r="16" fill="#ffe08a"/><circle cx="102" cy="38" r="14" fill="#ffd75e"/>',
  star: '<path d="M80 16L91 46L123 47L98 67L107 98L80 80L53 98L62 67L37 47L69 46Z" fill="#f5c518"/>',
}

function text(words: string, x: number, y: number, sizePx: number, anchor: 'start' | 'middle', tracking: number) {
  return drawText(grotesk, words, { x, y, fill: ink, anchor, sizePx, tracking })
}

/** The largest size, up to `maxPx`, at which the words fit the usual box. */
function _fit(words: string, maxPx: number, tracking = 0): number {
  const width = measureText(grotesk, words, { sizePx: maxPx, tracking })
  return Math.min(maxPx, (maxPx * (box.width - 44)) / width)
}

/** The largest size, up to `maxPx`, at which the words fit the usual box. */
function sizeFor(words: string, maxPx: number, tracking = 0): number {
  const width = measureText(grotesk, words, { sizePx: maxPx, tracking })
  return Math.min(maxPx, (maxPx * (box.width - 44)) / width)
}
