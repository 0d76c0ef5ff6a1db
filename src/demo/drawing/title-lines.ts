import { measureText, type Typeface } from './typeface.ts'

export interface TitleBox {
  widthPx: number
  heightPx: number
  maxLines: number
  maxSizePx: number
  /** Baseline to baseline, as a multiple of the size. */
  leading: number
  tracking?: number
}

export interface TitleLines {
  lines: string[]
  sizePx: number
}

/** Breaks a title into the lines that let it be largest inside the box; never overflows it. */
export function fitTitle(face: Typeface, title: string, box: TitleBox): TitleLines {
  const words = title.split(/\s+/).filter(Boolean)
  let best: TitleLines = { lines: [title], sizePx: 0 }
  for (let count = 1; count <= Math.min(box.maxLines, words.length); count++) {
    const lines = balance(face, words, count, box.tracking)
    const widest = Math.max(...lines.map((line) => widthAt1000(face, line, box.tracking)))
    // The last line's descenders stay inside the box; the first one needs its capital height only.
    const heightInEm = (count - 1) * box.leading + face.capHeight / 1000 + 0.06
    const sizePx = Math.min(box.maxSizePx, (box.widthPx / widest) * 1000, box.heightPx / heightInEm)
    if (sizePx > best.sizePx * 1.02) best = { lines, sizePx }
  }
  return best
}

/** Breaks a title into about `count` lines of even width: each is then set to the full measure, as on old bills. */
function balance(face: Typeface, words: readonly string[], count: number, tracking = 0): string[] {
  const widths = new Map<string, number>()
  const width = (from: number, to: number) => {
    const key = `${from}-${to}`
    const known = widths.get(key) ?? widthAt1000(face, words.slice(from, to).join(' '), tracking)
    widths.set(key, known)
    return known
  }
  // best[n][i]: the smallest possible widest line when the first i words stand on n lines.
  const best: number[][] = [[0]]
  const cut: number[][] = [[0]]
  for (let n = 1; n <= count; n++) {
    best[n] = []
    cut[n] = []
    for (let i = n; i <= words.length; i++) {
      let least = Number.POSITIVE_INFINITY
      for (let j = n - 1; j < i; j++) {
        const worst = Math.max(best[n - 1]?.[j] ?? Number.POSITIVE_INFINITY, width(j, i))
        if (worst < least) {
          least = worst
          put(cut[n], i, j)
        }
      }
      put(best[n], i, least)
    }
  }
  const lines: string[] = []
  for (let n = count, i = words.length; n > 0; n--) {
    const j = cut[n]?.[i] ?? 0
    lines.unshift(words.slice(j, i).join(' '))
    i = j
  }
  return lines
}

function put(row: number[] | undefined, index: number, value: number) {
  if (row) row[index] = value
}

function widthAt1000(face: Typeface, line: string, tracking = 0): number {
  return Math.max(1, measureText(face, line, { sizePx: 1000, tracking }))
}
