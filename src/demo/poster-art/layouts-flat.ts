import { condensed } from '../drawing/glyphs/condensed.ts'
import { geometric } from '../drawing/glyphs/geometric.ts'
import { grotesk } from '../drawing/glyphs/grotesk.ts'
import { clip, halftone, type Layout, measured } from './layout-parts.ts'
import { drawLine, drawTitle } from './lettering.ts'
import { group, polygon, polygonOf, rect } from './shapes.ts'

/** A strict grid: a colour field, a hairline, letters without ornament, flush left. */
export const swiss: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: grotesk,
    title,
    x: 70,
    y: 1348,
    from: 'bottom',
    anchor: 'start',
    widthPx: 860,
    heightPx: 300,
    maxLines: 3,
    maxSizePx: 150,
    leading: 0.98,
    fill: p.ink,
    tracking: -34,
  })
  const floorY = Math.round(block.top - 56)
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    clip(
      'swiss',
      `M0 0H1000V${floorY}H0Z`,
      rect(0, 0, 1000, 1500, p.shade) + group(`translate(500 ${Math.round(floorY / 2)})`, art),
    ) +
    block.svg +
    rect(70, 1392, 860, 3, p.ink) +
    drawLine(grotesk, credit, { x: 70, y: 1442, fill: p.ink, anchor: 'start', sizePx: 27, maxWidthPx: 640 }) +
    drawLine(grotesk, year, { x: 930, y: 1442, fill: p.ink, anchor: 'end', sizePx: 27, maxWidthPx: 160 })
  )
}

/** Everything leans: a band across the sheet, lines of type set to one measure. */
export const constructivist: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: condensed,
    title: title.toUpperCase(),
    x: 0,
    y: 0,
    from: 'top',
    anchor: 'start',
    widthPx: 800,
    heightPx: 350,
    maxLines: 4,
    maxSizePx: 300,
    leading: 0.82,
    fill: p.ground,
    tracking: 4,
  })
  const height = block.bottom - block.top
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    polygon('0,0 1000,0 1000,470 0,990', p.shade) +
    group('translate(520 500) rotate(-12)', art) +
    group(
      `translate(70 ${1290 - height}) rotate(-12)`,
      rect(-400, -52, 2000, height + 104, p.accent),
      rect(-400, -84, 2000, 14, p.ink),
      rect(-400, -70, 2000, 18, p.ground),
      rect(-400, height + 52, 2000, 1400, p.ground),
      rect(-400, height + 70, 2000, 14, p.ink),
      block.svg,
    ) +
    drawLine(geometric, `${credit} · ${year}`.toUpperCase(), {
      x: 930,
      y: 1442,
      fill: p.ink,
      anchor: 'end',
      sizePx: 28,
      maxWidthPx: 800,
      tracking: 110,
    })
  )
}

/** Paper cut by hand: strips for the words, loose angles, flat colour. */
export const cutout: Layout = ({ title, credit, year, palette: p, art, random }) => {
  const block = drawTitle({
    face: geometric,
    title: title.toUpperCase(),
    x: 0,
    y: 0,
    from: 'top',
    anchor: 'start',
    widthPx: 740,
    heightPx: 300,
    maxLines: 4,
    maxSizePx: 128,
    leading: 1.22,
    fill: p.ground,
    tracking: 14,
  })
  const step = block.sizePx * 1.22
  const first = 1318 - (block.lines.length - 1) * step
  const wobble = () => (random() - 0.5) * 22
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    polygonOf(
      [
        [60 + wobble(), 60],
        [938, 66 + wobble()],
        [946 + wobble(), 1180],
        [52, 1196 + wobble()],
      ],
      p.shade,
    ) +
    group('translate(500 570) scale(0.94)', art) +
    polygonOf(
      [
        [0, 1388 + wobble()],
        [420, 1380 + wobble()],
        [1000, 1390 + wobble()],
        [1000, 1500],
        [0, 1500],
      ],
      p.ground,
    ) +
    block.lines
      .map((line, i) => {
        const y = first + i * step
        const high = block.sizePx * 0.5
        const set = drawTitle({
          face: geometric,
          title: line,
          x: 92,
          y,
          from: 'bottom',
          anchor: 'start',
          widthPx: 820,
          heightPx: 400,
          maxLines: 1,
          maxSizePx: block.sizePx,
          leading: 1,
          fill: p.ground,
          tracking: 14,
        })
        const width = measured(line, block.sizePx)
        return (
          polygonOf(
            [
              [60 + wobble() / 3, y - high * 1.75 + wobble() / 3],
              [128 + width, y - high * 1.75 + wobble() / 2],
              [124 + width + wobble() / 2, y + high * 0.42],
              [64, y + high * 0.42 + wobble() / 3],
            ],
            p.ink,
          ) + set.svg
        )
      })
      .join('') +
    drawLine(geometric, `${credit}  ${year}`, {
      x: 92,
      y: 1440,
      fill: p.ink,
      anchor: 'start',
      sizePx: 30,
      maxWidthPx: 820,
      tracking: 50,
    })
  )
}

/** A cheap and cheerful sheet: leaning letters with a hard shadow on top, the art below. */
export const pulp: Layout = ({ title, credit, year, palette: p, art }) => {
  const set = (fill: string) =>
    drawTitle({
      face: condensed,
      title: title.toUpperCase(),
      x: 500,
      y: 110,
      from: 'top',
      anchor: 'middle',
      widthPx: 830,
      heightPx: 330,
      maxLines: 3,
      maxSizePx: 300,
      leading: 0.86,
      fill,
      tracking: 12,
    })
  const block = set(p.accent)
  const middle = (block.top + block.bottom) / 2
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    group(`translate(500 ${Math.round((block.bottom + 1400) / 2 + 10)})`, art) +
    halftone(p.shade) +
    group(`translate(500 ${middle}) skewX(-7) rotate(-3) translate(-490 ${10 - middle})`, set(p.shade).svg) +
    group(`translate(500 ${middle}) skewX(-7) rotate(-3) translate(-500 ${-middle})`, block.svg) +
    rect(0, 1396, 1000, 104, p.accent) +
    drawLine(geometric, `${credit} · ${year}`.toUpperCase(), {
      x: 500,
      y: 1462,
      fill: p.ground,
      anchor: 'middle',
      sizePx: 33,
      maxWidthPx: 860,
      tracking: 120,
    })
  )
}
