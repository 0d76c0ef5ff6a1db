import { describe, expect, test } from 'vitest'
import { matchTitle, titleLikeness } from '../../src/plex/lookup/title-match.ts'

describe('how well a title matches', () => {
  test.each([
    ['Metropolis', 'Metropolis', 'same'],
    ['Ame\u0301lie', 'Am\u00e9lie', 'same'],
    ['Metropolis', 'METROPOLIS', 'folded'],
    ['Amélie', 'amelie', 'folded'],
    ['Smørrebrød', 'Smorrebrod', 'folded'],
    ['Don’t Look – Now', "don't look - now", 'folded'],
    ['Spider-Man: Homecoming', 'spider man homecoming', 'loose'],
    ['Tom & Jerry', 'Tom and Jerry', 'loose'],
    ['The Golem', 'golem', 'contains'],
    ['千と千尋の神隠し', '千尋', 'contains'],
    ['Metropolis', 'Metro Polis', null],
    ['???', '?', 'contains'],
    ['Metropolis', '?', null],
    ['', 'x', null],
  ])('%s for %s: %s', (title, wanted, level) => {
    expect(matchTitle(title, wanted)).toBe(level)
  })

  test('similarity grows with what two titles share', () => {
    expect(titleLikeness('Metropolis', 'metropolis')).toBe(1)
    expect(titleLikeness('Metropolis', 'Metroplis')).toBeGreaterThan(0.7)
    expect(titleLikeness('Metropolis', 'Nosferatu')).toBeLessThan(0.2)
    expect(titleLikeness('', '')).toBeGreaterThanOrEqual(0)
  })
})
