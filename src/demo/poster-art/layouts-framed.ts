import { condensed } from '../drawing/glyphs/condensed.ts'
import { deco as decoFace } from '../drawing/glyphs/deco.ts'
import { geometric } from '../drawing/glyphs/geometric.ts'
import { serif as serifFace } from '../drawing/glyphs/serif.ts'
import { clip, engraving, fade, frame, type Layout } from './layout-parts.ts'
import { drawLine, drawTitle } from './lettering.ts'
import { group, rect, stroke, times } from './shapes.ts'

/** Night: the art runs to all edges and sinks into the dark below, with tall letters. */
export const noir: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: condensed,
    title: title.toUpperCase(),
    x: 500,
    y: 1352,
    from: 'bottom',
    anchor: 'middle',
    widthPx: 860,
    heightPx: 400,
    maxLines: 3,
    maxSizePx: 330,
    leading: 0.86,
    fill: p.ink,
    tracking: 8,
  })
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    group('translate(500 560)', art) +
    fade('noir', p.shade, block.top - 330, 1500) +
    block.svg +
    rect(70, 1390, 860, 3, p.accent) +
    drawLine(geometric, credit.toUpperCase(), {
      x: 70,
      y: 1440,
      fill: p.ink,
      anchor: 'start',
      sizePx: 27,
      maxWidthPx: 680,
      tracking: 130,
    }) +
    drawLine(geometric, year, {
      x: 930,
      y: 1440,
      fill: p.accent,
      anchor: 'end',
      sizePx: 27,
      maxWidthPx: 160,
      tracking: 130,
    })
  )
}

/** A framed window between thin golden lines, the letters of a picture palace below. */
export const deco: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: decoFace,
    title: title.toUpperCase(),
    x: 500,
    y: 1185,
    from: 'top',
    anchor: 'middle',
    widthPx: 760,
    heightPx: 150,
    maxLines: 2,
    maxSizePx: 136,
    leading: 0.98,
    fill: p.ink,
    tracking: 10,
  })
  const shift = (150 - (block.bottom - block.top)) / 2
  return (
    rect(0, 0, 1000, 1500, p.shade) +
    clip(
      'deco',
      'M84 1090V350Q84 84 500 84Q916 84 916 350V1090Z',
      rect(0, 0, 1000, 1500, p.ground) + group('translate(500 640)', art),
    ) +
    stroke('M84 1090V350Q84 84 500 84Q916 84 916 350V1090Z', p.accent, 6, 'butt') +
    stroke('M60 1114V344Q60 60 500 60Q940 60 940 344V1114Z', p.accent, 2.5, 'butt') +
    frame(32, p.accent, 2.5) +
    times(5, (i) => rect(500 - 150 + i * 30, 1130 + i * 6, 300 - i * 60, 2.5, p.accent)) +
    group(`translate(0 ${shift})`, block.svg) +
    drawLine(geometric, `${credit}  ·  ${year}`.toUpperCase(), {
      x: 500,
      y: 1428,
      fill: p.accent,
      anchor: 'middle',
      sizePx: 26,
      maxWidthPx: 780,
      tracking: 180,
    })
  )
}

/** A print from a block: paper margins, an engraved panel, a fat serif above it. */
export const woodcut: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: serifFace,
    title,
    x: 500,
    y: 120,
    from: 'top',
    anchor: 'middle',
    widthPx: 800,
    heightPx: 250,
    maxLines: 3,
    maxSizePx: 168,
    leading: 1.0,
    fill: p.ink,
  })
  const top = Math.round(block.bottom + 86)
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    block.svg +
    clip(
      'wood',
      `M80 ${top}H920V1380H80Z`,
      rect(0, 0, 1000, 1500, p.shade) +
        group(`translate(500 ${Math.round((top + 1380) / 2)}) scale(0.94)`, art) +
        engraving(p.ground),
    ) +
    stroke(`M80 ${top}H920V1380H80Z`, p.ink, 7, 'butt') +
    stroke(`M64 ${top - 16}H936V1396H64Z`, p.ink, 2.5, 'butt') +
    drawLine(geometric, `${credit} — ${year}`, {
      x: 500,
      y: 1446,
      fill: p.ink,
      anchor: 'middle',
      sizePx: 29,
      maxWidthPx: 840,
      tracking: 60,
    })
  )
}

/** Quiet and large: one figure, a generous serif, hairlines. */
export const serif: Layout = ({ title, credit, year, palette: p, art }) => {
  const block = drawTitle({
    face: serifFace,
    title,
    x: 500,
    y: 1330,
    from: 'bottom',
    anchor: 'middle',
    widthPx: 840,
    heightPx: 300,
    maxLines: 3,
    maxSizePx: 190,
    leading: 0.96,
    fill: p.ink,
  })
  return (
    rect(0, 0, 1000, 1500, p.ground) +
    group(`translate(500 ${Math.round(Math.min(600, (block.top - 60) / 2 + 30))})`, art) +
    fade('serif', p.ground, block.top - 260, 1500) +
    block.svg +
    frame(36, p.ink, 2.5) +
    drawLine(geometric, `${credit}  ·  ${year}`.toUpperCase(), {
      x: 500,
      y: 1420,
      fill: p.ink,
      anchor: 'middle',
      sizePx: 26,
      maxWidthPx: 820,
      tracking: 170,
    })
  )
}
