import sharp from 'sharp'
import { demoFile } from '../../demo-file.ts'

/** Words of one size. Several spans stand on one line unless `\n` divides them. */
export interface Span {
  words: string
  sizePx: number
  /** Extra space after each letter, in thousandths of the size. */
  tracking?: number
}

export interface TextBox {
  fill?: string
  /** Longer words wrap here. */
  wrapPx?: number
  /** Wider text shrinks to this width. */
  maxWidthPx?: number
}

/** Text as a picture that is exactly as large as its ink. */
export interface DrawnText {
  png: Buffer
  width: number
  height: number
}

const family = 'Preview Demo Sans Bold'
/** Height of a capital letter and of a digit, as a share of the size. */
export const capHeight = 1490 / 2048
/** Pango counts sizes and spaces in this part of a point; at 72 dpi a point is a pixel. */
const pangoUnits = 1024

/** Draws text with the font that comes with the demo. */
export async function drawText(spans: readonly Span[], box: TextBox = {}): Promise<DrawnText> {
  const fill = box.fill ?? '#ffffff'
  const markup = spans.map(({ words, sizePx, tracking = 0 }) => {
    const spacing = Math.round((sizePx * tracking * pangoUnits) / 1000)
    const size = Math.round(sizePx * pangoUnits)
    return `<span foreground="${fill}" size="${size}" letter_spacing="${spacing}">${escaped(words)}</span>`
  })
  const text = sharp({
    text: {
      text: markup.join(''),
      font: family,
      fontfile: demoFile('font/preview-demo-sans-bold.ttf'),
      dpi: 72,
      rgba: true,
      align: 'centre',
      ...(box.wrapPx === undefined ? {} : { width: box.wrapPx }),
    },
  })
  const fitted = box.maxWidthPx === undefined ? text : text.resize({ width: box.maxWidthPx, withoutEnlargement: true })
  const { data, info } = await fitted.png().toBuffer({ resolveWithObject: true })
  return { png: data, width: info.width, height: info.height }
}

const escaped = (words: string) => words.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
