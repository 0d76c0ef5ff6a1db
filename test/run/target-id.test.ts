import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemTypes } from '../../src/contract/kinds.ts'
import { targetIdSchema } from '../../src/contract/preview.ts'
import { outputStem, withOutputStems } from '../../src/run/targets/output-name.ts'
import { checkTargetIds, createTargetIds, type IdSource, maxIdLength } from '../../src/run/targets/target-id.ts'

const film = (title: string, year: number | null = null, ratingKey = '77'): IdSource => ({
  ratingKey,
  type: 'movie',
  title,
  year,
  parentTitle: null,
  grandparentTitle: null,
  index: null,
  parentIndex: null,
})
const season = (show: string, index: number | null): IdSource => ({
  ...film('Season'),
  type: 'season',
  parentTitle: show,
  index,
})
const episode = (show: string, parentIndex: number | null, index: number | null): IdSource => ({
  ...film('Pilot'),
  type: 'episode',
  grandparentTitle: show,
  parentIndex,
  index,
})

describe('target ids', () => {
  test.each<[IdSource, string]>([
    [film('Metropolis', 1927), 'metropolis-1927'],
    [film('Metropolis'), 'metropolis'],
    [film('The Matrix (1999)', 1999), 'the-matrix-1999-1999'],
    [film('Amélie', 2001), 'amelie-2001'],
    [film('Smørrebrød & Æbler'), 'smorrebrod-and-aebler'],
    [film("Don't Look Now", 1973), 'dont-look-now-1973'],
    [film('../../etc/passwd'), 'etc-passwd'],
    [film('C:\\CON'), 'c-con'],
    [film('CON'), 'con-77'],
    [film('Lpt1'), 'lpt1-77'],
    [film('千と千尋の神隠し', 2001), 'movie-77'],
    [film('Солярис', 1972), 'movie-77'],
    [film('シン・ゴジラ 2'), 'movie-77'],
    [film('WALL·E', 2008), 'wall-e-2008'],
    [film('300', 2006), '300-2006'],
    [film('?', 1999), 'movie-77'],
    [film(''), 'movie-77'],
    [film('\u{1f3ac}'), 'movie-77'],
    [season('Fantômas', 2), 'fantomas-season-2'],
    [season('Fantômas', 0), 'fantomas-specials'],
    [season('Fantômas', null), 'fantomas-season-77'],
    [season('進撃', 1), 'season-77'],
    [episode('Fantômas', 1, 2), 'fantomas-s01e02'],
    [episode('Fantômas', 0, 100), 'fantomas-s00e100'],
    [episode('Fantômas', 1, null), 'fantomas-77'],
    [{ ...film('Abbey', 1969), type: 'album', parentTitle: 'Band' }, 'band-abbey-1969'],
    [{ ...film('Song'), type: 'track', grandparentTitle: 'Band' }, 'band-song'],
    [{ ...film('Band'), type: 'artist' }, 'band'],
  ])('%j is %s', (item, id) => {
    expect(createTargetIds()(item)).toBe(id)
  })

  test('a long title is cut, the number of the episode is not', () => {
    const id = createTargetIds()(episode('very '.repeat(60), 12, 34))
    expect(id.length).toBeLessThanOrEqual(maxIdLength)
    expect(id).toMatch(/^very-very-.*very-s12e34$|-s12e34$/)
  })

  test('namesakes get their ratingKey, whatever the case', () => {
    const id = createTargetIds(['METROPOLIS-1927'])
    expect([
      id(film('Metropolis', 1927, '101')),
      id(film('Metropolis', 1927, '102')),
      id(film('Metropolis', 1927, '101')),
    ]).toEqual(['metropolis-1927-101', 'metropolis-1927-102', 'metropolis-1927-101-2'])
  })

  test('for any items, each id is valid, short and unique', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constantFrom('nul', 'A', 'a', 'COM1', '..', 'é'),
    )
    const item = fc.record({
      ratingKey: fc.stringMatching(/^[1-9]\d{0,17}$/),
      type: fc.constantFrom(...itemTypes),
      title: text,
      year: fc.option(fc.integer({ min: 0, max: 9999 })),
      parentTitle: fc.option(text),
      grandparentTitle: fc.option(text),
      index: fc.option(fc.nat(99_999)),
      parentIndex: fc.option(fc.nat(99_999)),
    })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        const ids = items.map(createTargetIds())
        for (const id of ids) {
          expect(targetIdSchema.safeParse(id).success && id.length <= maxIdLength).toBe(true)
          expect(id).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i)
        }
        expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length)
        expect(() => checkTargetIds(ids)).not.toThrow()
      }),
    )
  })

  test('duplicate ids of preview.yml', () => {
    expect(() => checkTargetIds(['a', 'b', 'A'])).toThrow(
      expect.objectContaining({
        code: 'TARGET_ID_DUPLICATE',
        exitCode: 2,
        message: 'the target ids "a" and "A" differ in case only',
      }),
    )
    expect(() => checkTargetIds(['a', 'a'])).toThrow(
      expect.objectContaining({ message: 'the target id "a" is given twice' }),
    )
  })

  test.each(['nul', 'CON', 'com1', 'aux.txt'])('%s is a device on Windows and no id', (id) => {
    expect(() => checkTargetIds(['a', id])).toThrow(
      expect.objectContaining({ code: 'TARGET_ID_INVALID', exitCode: 2, message: expect.stringContaining(`"${id}"`) }),
    )
    expect(() => checkTargetIds([`${id}x`.replace('.txt', '')])).not.toThrow()
  })
})

describe('output names', () => {
  test.each([
    [undefined, 'matrix_after'],
    ['', 'matrix_after'],
    ['/jobs/output/matrix_after.png', 'matrix_after'],
    ['C:\\jobs\\My Poster.WEBP', 'My Poster'],
    ['../../../etc/passwd', 'passwd'],
    ['..', 'matrix_after'],
    ['/jobs/output/', 'matrix_after'],
    ['.hidden.png', 'hidden'],
    ['Movie 1.5', 'Movie 1.5'],
    ['a:b*c?.jpg', 'a_b_c_'],
    ['con.jpg', 'con_after'],
    ['summary.json', 'summary_after'],
    ['By_RatingKey', 'By_RatingKey_after'],
    ['千と千尋.png', '千と千尋'],
  ])('%s: %s', (output, stem) => {
    expect(outputStem({ id: 'matrix', output })).toBe(stem)
  })

  test('no two targets write one file', () => {
    const named = withOutputStems([{ id: 'a' }, { id: 'b', output: 'x.png' }])
    expect(named.map((target) => target.outputStem)).toEqual(['a_after', 'x'])
    expect(() => withOutputStems([{ id: 'a' }, { id: 'b', output: '/out/A_AFTER.jpg' }])).toThrow(
      expect.objectContaining({ code: 'TARGET_ID_DUPLICATE', exitCode: 2 }),
    )
  })

  test('any output is a plain file name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (output) => {
        const stem = outputStem({ id: 'id', output })
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        expect(stem).toMatch(/^[^.\s\u0000-\u001f/\\][^\u0000-\u001f/\\]*$/u)
        expect(stem).not.toMatch(/[.\s]$/)
      }),
    )
  })
})
