/** Five colours make a poster. */
export interface Palette {
  /** The paper or the sky. */
  ground: string
  /** A neighbour of the ground, for depth. */
  shade: string
  /** The main figure. */
  figure: string
  /** The one colour that catches the eye. */
  accent: string
  /** Lines, letters, the darkest or the lightest. */
  ink: string
}

/** Draws a figure around the origin: what matters within +-500, ground and sky may run on for 3000. */
export type Motif = (palette: Palette, random: Random) => string

/** Numbers in [0, 1) that depend on the seed alone. */
export type Random = () => number

/** Small seeded generator (mulberry32): the same poster for the same title, on every machine and in every run. */
export function createRandom(seed: string): Random {
  let state = 2166136261
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export const circle = (x: number, y: number, r: number, fill: string) =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}"/>`

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string) =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"/>`

export const ring = (x: number, y: number, r: number, widthPx: number, stroke: string, dash = '') =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="none" stroke="${stroke}" stroke-width="${n(widthPx)}"${dash && ` stroke-dasharray="${dash}"`}/>`

export const rect = (x: number, y: number, width: number, height: number, fill: string, radius = 0) =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"${radius ? ` rx="${radius}"` : ''}/>`

export const path = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`

export const stroke = (d: string, colour: string, widthPx: number, cap: 'butt' | 'round' = 'round') =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(widthPx)}" stroke-linecap="${cap}" stroke-linejoin="${cap === 'round' ? 'round' : 'miter'}"/>`

export const polygon = (points: string, fill: string) => `<polygon points="${points}" fill="${fill}"/>`

export const polygonOf = (points: readonly (readonly [number, number])[], fill: string) =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="${fill}"/>`

export const group = (transform: string, ...parts: string[]) => `<g transform="${transform}">${parts.join('')}</g>`

export const faded = (opacity: number, ...parts: string[]) => `<g opacity="${opacity}">${parts.join('')}</g>`

/** Draws the parts, and the parts again as in a mirror on the vertical axis. */
export const mirrored = (...parts: string[]) => parts.join('') + group('scale(-1 1)', ...parts)

/** Calls `make` for 0 .. count-1 and joins what it draws. */
export const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join('')

/** Wedges of light around a point. */
export const rays = (x: number, y: number, count: number, fill: string, reach = 2600, phaseDeg = 0) =>
  times(count, (i) => {
    const from = ((i / count) * 360 + phaseDeg) * (Math.PI / 180)
    const to = from + Math.PI / count
    return polygonOf(
      [
        [x, y],
        [x + Math.cos(from) * reach, y + Math.sin(from) * reach],
        [x + Math.cos(to) * reach, y + Math.sin(to) * reach],
      ],
      fill,
    )
  })

/** A star with `points` points. */
export const star = (x: number, y: number, points: number, outer: number, inner: number, fill: string, turnDeg = -90) =>
  polygonOf(
    Array.from({ length: points * 2 }, (_, i) => {
      const angle = ((i / points) * 180 + turnDeg) * (Math.PI / 180)
      const r = i % 2 === 0 ? outer : inner
      return [x + Math.cos(angle) * r, y + Math.sin(angle) * r] as const
    }),
    fill,
  )

/** A sky of small stars that leaves nothing to chance but the seed. */
export const starrySky = (random: Random, count: number, fill: string) =>
  times(count, () => circle((random() - 0.5) * 2400, (random() - 0.62) * 1700, 1.5 + random() * 3.5, fill))

/** Ground to the edges of every format, from `y` down. */
export const floor = (y: number, fill: string) => rect(-3000, y, 6000, 3000, fill)

/** A person seen from afar, feet at (x, y). */
export const person = (x: number, y: number, height: number, fill: string) =>
  group(
    `translate(${n(x)} ${n(y)}) scale(${n(height / 100)})`,
    circle(0, -91, 9, fill),
    path('M-13-78Q0-84 13-78L16-38H9L8 0H1L0-34L-1 0H-8L-9-38H-16Z', fill),
  )

const n = (value: number) => Math.round(value * 100) / 100
