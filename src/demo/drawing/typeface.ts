interface Glyph {
  /** Thousandths of the em. */
  advance: number
  /** SVG path data that starts with a relative move. */
  outline: string
}

/** Letter outlines with their spacing. Drawing by outline makes a picture the same on every machine: no installed font is asked. */
export interface Typeface {
  /** Height of a capital letter, thousandths of the em. */
  capHeight: number
  glyphs: ReadonlyMap<string, Glyph>
  /** Two letters -> change of the first one's advance. */
  kerning: ReadonlyMap<string, number>
}

export interface TextStyle {
  /** Pixels to the em. */
  sizePx: number
  /** Extra space after each letter, in thousandths of the em. */
  tracking?: number
}

/** Reads the line format that scripts/glyphs.py writes. */
export function parseTypeface(data: { capHeight: number; glyphs: string; kerning: string }): Typeface {
  const glyphs = new Map<string, Glyph>()
  for (const line of data.glyphs.split('\n')) {
    const match = /^(.)(\d+) ?(.*)$/u.exec(line)
    if (match?.[1] !== undefined) glyphs.set(match[1], { advance: Number(match[2]), outline: match[3] ?? '' })
  }
  const kerning = new Map<string, number>()
  for (const line of data.kerning.split('\n')) {
    const [left, ...groups] = line.split('|')
    for (const group of groups) {
      const [amount = '0', rights = ''] = group.split(':')
      for (const right of rights) kerning.set(`${left}${right}`, Number(amount))
    }
  }
  return { capHeight: data.capHeight, glyphs, kerning }
}

/** Width of a line in pixels, without the tracking after its last letter. */
export function measureText(face: Typeface, text: string, style: TextStyle): number {
  const placed = place(face, text, style.tracking ?? 0)
  return (placed.width * style.sizePx) / 1000
}

/** One line of text as SVG; `x` is where `anchor` says, `y` is the baseline. */
export function drawText(
  face: Typeface,
  text: string,
  at: { x: number; y: number; fill: string; anchor?: 'start' | 'middle' | 'end' } & TextStyle,
): string {
  const placed = place(face, text, at.tracking ?? 0)
  const scale = at.sizePx / 1000
  const shift = at.anchor === 'middle' ? placed.width / 2 : at.anchor === 'end' ? placed.width : 0
  // Absolute starts make one path of the whole line; every outline begins with "m dx dy".
  const outlines = placed.glyphs.map(({ x, outline }) => `M${x} 0${outline}`).join('')
  const transform = `translate(${round(at.x - shift * scale)} ${round(at.y)}) scale(${round(scale)})`
  return `<path transform="${transform}" fill="${at.fill}" d="${outlines}"/>`
}

/** Pixels from the baseline to the top of a capital letter. */
export function capHeightPx(face: Typeface, sizePx: number): number {
  return (face.capHeight * sizePx) / 1000
}

function place(face: Typeface, text: string, tracking: number) {
  const glyphs: { x: number; outline: string }[] = []
  let x = 0
  let previous = ''
  for (const char of text) {
    const known = knownChar(face, char)
    const glyph = face.glyphs.get(known)
    if (!glyph) continue
    x += face.kerning.get(previous + known) ?? 0
    if (glyph.outline) glyphs.push({ x, outline: glyph.outline })
    x += glyph.advance + tracking
    previous = known
  }
  return { glyphs, width: Math.max(0, x - tracking) }
}

/** The nearest letter that the face has: itself, its capital, without its accent, else a question mark. */
function knownChar(face: Typeface, char: string): string {
  const bare = char.normalize('NFD').replace(/\p{M}/gu, '')
  const candidates = [char, char.toUpperCase(), typographic[char] ?? char, bare, bare.toUpperCase()]
  return candidates.find((candidate) => face.glyphs.has(candidate)) ?? '?'
}

const typographic: Record<string, string> = { "'": '’', '’': "'", '–': '-', '—': '-', '“': '"', '”': '"' }

const round = (value: number) => Math.round(value * 10_000) / 10_000
