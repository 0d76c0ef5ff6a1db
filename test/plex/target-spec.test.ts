import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { parseTargetSpec } from '../../src/plex/lookup/target-spec.ts'

const machine = 'abcdef0123456789abcdef0123456789abcdef01'
const key = (ratingKey: string, machineIdentifier: string | null = null) => ({
  kind: 'rating-key',
  ratingKey,
  machineIdentifier,
})
const title = (text: string, year: number | null = null) => ({ kind: 'title', title: text, year })
const season = (show: string, number: number, year: number | null = null) => ({
  kind: 'season',
  show,
  year,
  season: number,
})
const episode = (show: string, s: number, e: number, year: number | null = null) => ({
  kind: 'episode',
  show,
  year,
  season: s,
  episode: e,
})

describe('what a SPEC can mean', () => {
  test.each([
    ['12345', [key('12345'), title('12345')]],
    ['1917', [key('1917'), title('1917')]],
    ['/library/metadata/77', [key('77')]],
    ['Metropolis', [title('Metropolis')]],
    ['  The   Golem ', [title('The Golem')]],
    ['Metropolis (1927)', [title('Metropolis', 1927), title('Metropolis (1927)')]],
    ['1917 (2019)', [title('1917', 2019), title('1917 (2019)')]],
    ['(2019)', [title('(2019)')]],
    ['Title (19)', [title('Title (19)')]],
    ['Fantômas S01E02', [episode('Fantômas', 1, 2), title('Fantômas S01E02')]],
    ['Fantômas s1e2', [episode('Fantômas', 1, 2), title('Fantômas s1e2')]],
    ['Fantômas - S01 E02', [episode('Fantômas', 1, 2), title('Fantômas - S01 E02')]],
    ['Fantômas: 2x03', [episode('Fantômas', 2, 3), title('Fantômas: 2x03')]],
    [
      'Doctor (2005) S01E02',
      [episode('Doctor', 1, 2, 2005), episode('Doctor (2005)', 1, 2), title('Doctor (2005) S01E02')],
    ],
    ['Show Season 1', [season('Show', 1), title('Show Season 1')]],
    ['Show season 0', [season('Show', 0), title('Show season 0')]],
    ['Show S02', [season('Show', 2), title('Show S02')]],
    ['Show Specials', [season('Show', 0), title('Show Specials')]],
    ['Specials', [title('Specials')]],
    ['Season 1', [title('Season 1')]],
    ['S01E01', [title('S01E01')]],
    [
      'plex://movie/5d776825880197001ec90a8e',
      [{ kind: 'guid', guid: 'plex://movie/5d776825880197001ec90a8e', type: 'movie' }],
    ],
    ['PLEX://Show/5d9c086c', [{ kind: 'guid', guid: 'plex://show/5d9c086c', type: 'show' }]],
    [
      `http://192.168.1.5:32400/web/index.html#!/server/${machine}/details?key=%2Flibrary%2Fmetadata%2F123&context=home`,
      [key('123', machine)],
    ],
    [`https://app.plex.tv/desktop/#!/server/${machine}/details?key=%2Flibrary%2Fmetadata%2F123`, [key('123', machine)]],
    [
      `https://app.plex.tv/desktop#!/server/${machine}/details?context=a&key=/library/metadata/9%2Fchildren`,
      [key('9', machine)],
    ],
    [
      `https://app.plex.tv/desktop/#!/server/${machine}/details?key=%252Flibrary%252Fmetadata%252F123`,
      [key('123', machine)],
    ],
    ['http://plex:32400/plex/library/metadata/55?X-Plex-Token=secret', [key('55')]],
  ])('%s', (text, readings) => {
    expect(parseTargetSpec(text).readings).toEqual(readings)
  })

  test.each([
    [''],
    ['   '],
    ['x'.repeat(2_001)],
    ['plex://collection/123'],
    ['plex://movie/'],
    ['https://watch.plex.tv/movie/metropolis'],
    ['https://app.plex.tv/desktop/#!/provider/tv.plex.provider.discover/details?key=%2Flibrary%2Fmetadata%2F5d77'],
    [`https://app.plex.tv/desktop/#!/server/${machine}/details?key=%2Flibrary%2Fcollections%2F5`],
    [`https://app.plex.tv/desktop/#!/server/${machine}/details?key=%E0%A4%A`],
    ['http://[oops/'],
  ])('%s names no item', (text) => {
    expect(() => parseTargetSpec(text)).toThrow(expect.objectContaining({ code: 'BAD_USAGE' }))
  })

  test('a token in a URL is not repeated', () => {
    const urls = [
      'http://plex:32400/library/metadata/55?X-Plex-Token=secret',
      'https://user:secret@plex/elsewhere?X-Plex-Token=secret#secret',
      `http://plex/web#!/server/${machine}/details?key=%2Flibrary%2Fmetadata%2F1&X-Plex-Token=secret`,
    ]
    for (const url of urls) expect(JSON.stringify(outcome(url))).not.toContain('secret')
  })

  test('any text has readings, or is BAD_USAGE', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = outcome(text)
        expect(result.readings.length > 0 || result.code === 'BAD_USAGE').toBe(true)
      }),
    )
  })

  test('a long odd SPEC is parsed immediately', () => {
    const start = performance.now()
    for (const piece of ['- ', '( ', 's1 ', '(1', ' ', 'Season '])
      parseTargetSpec(`a${piece.repeat(1_990 / piece.length)}`)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

function outcome(text: string): { text: string; readings: unknown[]; code?: string } {
  try {
    return parseTargetSpec(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { text: error.message, readings: [], code: error.code }
  }
}
