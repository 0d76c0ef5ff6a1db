import type { SampleImage, SampleItem, SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'

/** The smallest JPEG that has valid magic bytes; the name makes each one different. */
export const jpeg = (name: string): Uint8Array =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(name), Buffer.from([0xff, 0xd9])])

export const poster = (name: string, read: () => Uint8Array = () => jpeg(name)): SampleImage => ({
  ratingKey: `upload://posters/${name}`,
  mediaType: 'image/jpeg',
  read,
})

const film = (ratingKey: string, title: string, year: number, more: Partial<SampleItem> = {}): SampleItem => ({
  type: 'movie',
  ratingKey,
  title,
  year,
  posters: [poster(`film-${ratingKey}`)],
  ...more,
})

const season = (
  ratingKey: string,
  index: number,
  episodes: readonly string[],
  more: Partial<SampleItem> = {},
): SampleItem => ({
  type: 'season',
  ratingKey,
  title: index === 0 ? 'Specials' : `Season ${index}`,
  index,
  children: episodes.map((key, at) => ({ type: 'episode', ratingKey: key, title: `Part ${at + 1}`, index: at + 1 })),
  ...more,
})

export const movies: SampleLibrary = {
  key: 1,
  title: 'Movies',
  type: 'movie',
  items: [
    film('101', 'Metropolis', 1927, { labels: ['Overlay', 'Silent'], guid: 'plex://movie/5d776825880197001ec90a8e' }),
    film('102', 'Metropolis', 2001),
    film('103', 'Nosferatu', 1922, { editionTitle: 'Restored' }),
    film('104', 'Nosferatu', 1922, { editionTitle: 'Original' }),
    film('105', 'Amélie', 2001),
    film('106', 'Making of Amelie', 2002),
    film('107', '1917', 2019),
    film('108', 'Class of (2019)', 2018),
    film('109', 'Paris, Texas', 1984),
    film('110', 'The Return of Season 1', 1999),
    film('111', 'Tom & Jerry’s “Night” – Part|Two', 1950),
    film('112', '千と千尋の神隠し', 2001),
    film('113', '300', 2006),
    film('114', 'No Picture', 1990, { posters: [] }),
    film('300', 'The Golem', 1920),
  ],
  collections: [{ ratingKey: '190', title: 'Silent Films', items: ['101'] }],
}

export const shows: SampleLibrary = {
  key: 2,
  title: 'TV Shows',
  type: 'show',
  items: [
    {
      type: 'show',
      ratingKey: '200',
      title: 'Fantômas',
      year: 1913,
      posters: [poster('show-200')],
      children: [
        season('210', 0, ['2101']),
        season('211', 1, ['2111', '2112'], { posters: [poster('season-211')] }),
        season('212', 2, ['2121', '2122', '2123']),
      ],
    },
    {
      type: 'show',
      ratingKey: '201',
      title: 'Doctor (2005)',
      year: 2005,
      children: [season('221', 1, ['2211'])],
    },
    { type: 'show', ratingKey: '202', title: 'Metropolis', year: 1927, children: [season('231', 1, ['2311'])] },
  ],
}

/** On the server, but without overlays in the config. */
export const kids: SampleLibrary = { key: 3, title: 'Kids', type: 'movie', items: [film('301', 'Gertie', 1914)] }
