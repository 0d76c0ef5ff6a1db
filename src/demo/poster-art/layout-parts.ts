import { geometric } from '../drawing/glyphs/geometric.ts'
import { measureText } from '../drawing/typeface.ts'
import { type Palette, type Random, rect, stroke, times } from './shapes.ts'

/** What stands on a poster, before a layout gives it a place. */
interface PosterParts {
  title: string
  /** Small lines: who made it, and when. */
  credit: string
  year: string
  palette: Palette
  /** The drawn motif, around the origin. */
  art: string
  random: Random
}

/** Draws on 1000 x 1500; corners stay calm, since that is where overlays go. */
export type Layout = (parts: PosterParts) => string

export const measured = (line: string, sizePx: number) => measureText(geometric, line, { sizePx, tracking: 14 })

export const frame = (inset: number, colour: string, widthPx: number) =>
  stroke(`M${inset} ${inset}H${1000 - inset}V${1500 - inset}H${inset}Z`, colour, widthPx, 'butt')

export const clip = (id: string, d: string, ...parts: string[]) =>
  `<clipPath id="${id}"><path d="${d}"/></clipPath><g clip-path="url(#${id})">${parts.join('')}</g>`

export const fade = (id: string, colour: string, from: number, to: number) =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colour}" stop-opacity="0"/><stop offset="0.55" stop-color="${colour}" stop-opacity="0.92"/><stop offset="1" stop-color="${colour}"/></linearGradient>` +
  rect(0, from, 1000, to - from, `url(#${id})`)

export const engraving = (paper: string) =>
  `<g opacity="0.3">${times(90, (i) => stroke(`M60 ${300 + i * 13}Q280 ${292 + i * 13} 500 ${300 + i * 13}T940 ${300 + i * 13}`, paper, 1.2 + 2.4 * Math.abs(Math.sin(i * 0.21))))}</g>`

export const halftone = (colour: string) =>
  `<g opacity="0.5">${times(10, (row) => times(34, (column) => `<circle cx="${column * 30 + (row % 2) * 15}" cy="${1392 - row * 27}" r="${(11 - row).toFixed(1)}" fill="${colour}"/>`))}</g>`
