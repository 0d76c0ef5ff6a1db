import { describe, expect, test } from 'vitest'
import { childrenWords, fullTitle, itemSubtitle, itemTitle, resolutionWords } from './titles.ts'

const nothing = {
  year: null,
  parentTitle: null,
  grandparentTitle: null,
  index: null,
  parentIndex: null,
  edition: null,
}
const film = { ...nothing, type: 'movie' as const, title: 'Metropolis', year: 1927 }
const season = { ...nothing, type: 'season' as const, title: 'Season 2', parentTitle: 'Dragnet', index: 2 }
const episode = {
  ...nothing,
  type: 'episode' as const,
  title: 'The Big Cast',
  parentTitle: 'Season 1',
  grandparentTitle: 'Dragnet',
  index: 2,
  parentIndex: 1,
}

describe('the two lines and the full title of an item', () => {
  test('a film has its year, and its edition where there are several', () => {
    expect([itemTitle(film), itemSubtitle(film), fullTitle(film)]).toEqual(['Metropolis', '1927', 'Metropolis (1927)'])
    const cut = { ...film, edition: 'Restored' }
    expect([itemSubtitle(cut), fullTitle(cut)]).toEqual(['1927 · Restored', 'Metropolis (1927), Restored'])
  })

  test('a season is named by its show', () => {
    expect([itemTitle(season), itemSubtitle(season), fullTitle(season)]).toEqual([
      'Dragnet',
      'Season 2',
      'Dragnet, Season 2',
    ])
  })

  test('a season whose show is not known keeps its own title', () => {
    const alone = { ...season, parentTitle: null }
    expect([itemTitle(alone), itemSubtitle(alone), fullTitle(alone)]).toEqual(['Season 2', 'Season 2', 'Season 2'])
  })

  test('an episode has its place in the show', () => {
    expect([itemTitle(episode), itemSubtitle(episode)]).toEqual(['The Big Cast', 'Dragnet · S01 E02'])
    expect(fullTitle(episode)).toBe('The Big Cast, Dragnet · S01 E02')
    expect(itemSubtitle({ ...episode, index: null, grandparentTitle: null })).toBe('')
  })

  test('the special of a show is in season 0', () => {
    expect(itemSubtitle({ ...episode, parentIndex: 0 })).toBe('Dragnet · S00 E02')
  })
})

test.each([
  ['4k', '4K'],
  ['1080', '1080p'],
  ['sd', 'SD'],
  ['Other', 'Other'],
])('the resolution %s is shown as %s', (resolution, words) => expect(resolutionWords(resolution)).toBe(words))

test.each([
  ['show', 2, '2 seasons'],
  ['season', 1, '1 episode'],
  ['artist', 3, '3 albums'],
  ['movie', 4, '4 items'],
] as const)('what a %s holds', (type, childCount, words) => expect(childrenWords({ type, childCount })).toBe(words))
