import { fitTitle } from '../drawing/title-lines.ts'
import { capHeightPx, drawText, measureText, type Typeface } from '../drawing/typeface.ts'

export interface TitleBlock {
  face: Typeface
  title: string
  /** Left edge, centre or right edge, as `anchor` says. */
  x: number
  /** Top of the first line's capitals, or baseline of the last line, as `from` says. */
  y: number
  from: 'top' | 'bottom'
  anchor: 'start' | 'middle' | 'end'
  widthPx: number
  heightPx: number
  maxLines: number
  maxSizePx: number
  leading: number
  fill: string
  tracking?: number
}

export interface DrawnBlock {
  svg: string
  /** Top of the first line's capitals. */
  top: number
  /** Baseline of the last line. */
  bottom: number
  sizePx: number
  lines: string[]
}

/** Sets a title as large as its box allows. */
export function drawTitle(block: TitleBlock): DrawnBlock {
  const { lines, sizePx } = fitTitle(block.face, block.title, block)
  const step = sizePx * block.leading
  const capPx = capHeightPx(block.face, sizePx)
  const firstBaseline = block.from === 'top' ? block.y + capPx : block.y - (lines.length - 1) * step
  const style = { sizePx, ...(block.tracking === undefined ? {} : { tracking: block.tracking }) }
  const svg = lines
    .map((line, i) =>
      drawText(block.face, line, {
        x: block.x,
        y: firstBaseline + i * step,
        fill: block.fill,
        anchor: block.anchor,
        ...style,
      }),
    )
    .join('')
  return { svg, top: firstBaseline - capPx, bottom: firstBaseline + (lines.length - 1) * step, sizePx, lines }
}

/** One small line that shrinks rather than overflow. */
export function drawLine(
  face: Typeface,
  text: string,
  at: {
    x: number
    y: number
    fill: string
    anchor: 'start' | 'middle' | 'end'
    sizePx: number
    maxWidthPx: number
    tracking?: number
  },
): string {
  const width = measureText(face, text, at)
  const sizePx = width > at.maxWidthPx ? (at.sizePx * at.maxWidthPx) / width : at.sizePx
  return drawText(face, text, { ...at, sizePx })
}
