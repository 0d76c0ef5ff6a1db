import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { condensed } from '../../src/demo/drawing/glyphs/condensed.ts'
import { deco } from '../../src/demo/drawing/glyphs/deco.ts'
import { geometric } from '../../src/demo/drawing/glyphs/geometric.ts'
import { grotesk } from '../../src/demo/drawing/glyphs/grotesk.ts'
import { serif } from '../../src/demo/drawing/glyphs/serif.ts'
import { fitTitle } from '../../src/demo/drawing/title-lines.ts'
import { drawText, measureText } from '../../src/demo/drawing/typeface.ts'
import { filmRows } from '../../src/demo/library/library-data-films.ts'
import { showRows } from '../../src/demo/library/library-data-shows.ts'
import { layouts } from '../../src/demo/poster-art/layouts.ts'
import { motifs } from '../../src/demo/poster-art/motifs.ts'
import { palettes } from '../../src/demo/poster-art/palettes.ts'
import { createRandom } from '../../src/demo/poster-art/shapes.ts'
import { drawPoster, drawStill } from '../../src/demo/poster-art.ts'

const faces = { condensed, deco, geometric, grotesk, serif }

test('every face has each letter of every title that the demo draws', () => {
  const titles = [
    ...filmRows.map(({ title }) => title),
    ...showRows.flatMap(({ title, seasons }) => [title, ...seasons.flatMap(({ episodes }) => episodes)]),
  ]
  for (const [name, face] of Object.entries(faces)) {
    const missing = new Set(
      titles.flatMap((title) => [...title.toUpperCase()]).filter((char) => !face.glyphs.has(char)),
    )
    expect([...missing], name).toEqual([])
  }
})

test('a title never leaves its box, however long it is', () => {
  const word = fc.stringMatching(/^[A-Za-zÀ-ÿ'&.,!-]{1,24}$/)
  const titles = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(' '))
  fc.assert(
    fc.property(
      titles,
      fc.constantFrom(...Object.values(faces)),
      fc.integer({ min: 1, max: 5 }),
      (title, face, maxLines) => {
        const box = { widthPx: 800, heightPx: 300, maxLines, maxSizePx: 200, leading: 0.9 }
        const { lines, sizePx } = fitTitle(face, title, box)
        expect(lines.join(' ')).toBe(title)
        expect(lines.length).toBeLessThanOrEqual(maxLines)
        expect(sizePx).toBeGreaterThan(0)
        for (const line of lines) expect(measureText(face, line, { sizePx })).toBeLessThanOrEqual(box.widthPx + 0.01)
        const tall = ((lines.length - 1) * box.leading + face.capHeight / 1000) * sizePx
        expect(tall).toBeLessThanOrEqual(box.heightPx)
      },
    ),
  )
})

test('kerning brings letters together, and a missing letter falls back to a known one', () => {
  const width = (text: string) => measureText(serif, text, { sizePx: 1000 })
  expect(width('AV')).toBeLessThan(width('A') + width('V'))
  const drawn = (text: string) => drawText(grotesk, text, { x: 0, y: 0, sizePx: 100, fill: '#000' })
  expect(drawn('Ōṡ')).toBe(drawn('Os'))
  expect(drawn('映')).toBe(drawn('?'))
})

test('no layout asks for a font of the machine', () => {
  for (const [name, layout] of Object.entries(layouts)) {
    const random = createRandom(name)
    const art = motifs.futureCity(palettes.brass, random)
    const svg = layout({ title: 'Häxan & Co.', credit: 'Nobody', year: '1922', palette: palettes.brass, art, random })
    expect(svg, name).not.toMatch(/<text|font-|<image|href/)
    expect(svg.match(/<path /g)?.length, name).toBeGreaterThan(2)
  }
})

test('a poster is the same each time', async () => {
  const film = filmRows[0]
  if (!film) throw new Error('no film')
  const text = { title: film.title, credit: film.director, year: String(film.year) }
  const [one, other] = await Promise.all([drawPoster(film.look, text), drawPoster(film.look, text)])
  expect(one.equals(other)).toBe(true)
  expect(one.equals(await drawPoster(film.look, { ...text, title: 'Another' }))).toBe(false)
  expect(await sharp(one).metadata()).toMatchObject({ format: 'jpeg', width: 1000, height: 1500 })
  const still = await drawStill(film.look, { ...text, number: 1 })
  expect(await sharp(still).metadata()).toMatchObject({ format: 'jpeg', width: 1920, height: 1080 })
})

test('no two films have the same poster', async () => {
  const looks = filmRows.map(
    ({ look, edition, title }) => `${look.motif} ${look.layout} ${look.palette} ${title} ${edition ?? ''}`,
  )
  expect(new Set(looks).size).toBe(filmRows.length)
  const motifs = new Map(filmRows.map(({ title, look }) => [title, look.motif]))
  expect(new Set(motifs.values()).size).toBe(motifs.size)
})
