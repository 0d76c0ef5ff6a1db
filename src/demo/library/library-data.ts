import type { SampleItem, SampleLibrary } from '../sample-plex/model/model.ts'
import { filmItem } from './library-data-film-item.ts'
import { filmRows } from './library-data-films.ts'
import { showItem } from './library-data-show-item.ts'
import { showRows } from './library-data-shows.ts'

/** Titles of the sample Plex's libraries. */
const demoLibraryTitles = { films: 'Movies', shows: 'TV Shows' } as const

const firstFilmKey = 101
const firstShowKey = 2001
/** RatingKeys reserved for a show, its seasons and its episodes. */
const keysPerShow = 100

/** The two libraries of the sample Plex, with the same data in each run. A picture is made at its first request. */
export function demoLibraries(): SampleLibrary[] {
  const films = filmRows.map((row, i) => filmItem(row, firstFilmKey + i))
  const shows = showRows.map((row, i) => showItem(row, firstShowKey + i * keysPerShow))
  const keysOf = (items: readonly SampleItem[], test: (item: SampleItem) => boolean) =>
    items.filter(test).map(({ ratingKey }) => ratingKey)
  return [
    {
      key: 1,
      title: demoLibraryTitles.films,
      type: 'movie',
      items: films,
      collections: [
        {
          ratingKey: '901',
          title: 'Keaton & Lloyd',
          summary: 'Men who fall well.',
          items: keysOf(films, ({ actors }) =>
            (actors ?? []).some(({ name }) => name === 'Buster Keaton' || name === 'Harold Lloyd'),
          ),
        },
        {
          ratingKey: '902',
          title: 'Silent Horror',
          items: keysOf(films, ({ year, genres }) => (year ?? 0) < 1930 && (genres ?? []).includes('Horror')),
        },
      ],
    },
    { key: 2, title: demoLibraryTitles.shows, type: 'show', items: shows },
  ]
}

/** The default targets of `demo`: films that differ in what overlays show, a show, a season and an episode. */
export function demoTargets(): readonly { id: string; item: SampleItem; library: string }[] {
  const [films, shows] = demoLibraries()
  const film = (title: string) => find(films?.items, (item) => item.title === title)
  const show = find(shows?.items, ({ title }) => title === 'One Step Beyond')
  const season = find(show.children, ({ index }) => index === 1)
  const episode = find(season.children, ({ index }) => index === 2)
  const ofFilms = (id: string, title: string) => ({ id, item: film(title), library: demoLibraryTitles.films })
  const ofShows = (id: string, item: SampleItem) => ({ id, item, library: demoLibraryTitles.shows })
  return [
    ofFilms('metropolis', 'Metropolis'),
    ofFilms('a-trip-to-the-moon', 'A Trip to the Moon'),
    ofFilms('the-general', 'The General'),
    ofFilms('nosferatu', 'Nosferatu'),
    ofFilms('haxan', 'Häxan'),
    ofShows('one-step-beyond', show),
    ofShows('one-step-beyond-s01', season),
    ofShows('one-step-beyond-s01e02', episode),
  ]
}

function find(items: readonly SampleItem[] | undefined, test: (item: SampleItem) => boolean): SampleItem {
  const found = items?.find(test)
  if (!found) throw new Error('The sample library lacks an item that the demo names')
  return found
}
