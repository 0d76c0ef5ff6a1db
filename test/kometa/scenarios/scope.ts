import { at, config, film, media, movies, overlays, poster, show, shows, text } from '../make.ts'
import { picture, pictureFile } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const folder = (definitions: Record<string, unknown>, library = 'Movies') => ({
  'config/config.yml': config({ [library]: { overlay_files: [{ file: 'config/file.yml' }] } }),
  'config/file.yml': overlays(definitions),
})
const twenty = (edit: (index: number) => Parameters<typeof film>[2]) =>
  movies(Array.from({ length: 20 }, (_, index) => film(String(101 + index), `Film ${index}`, edit(index))))

const scenarios: readonly Scenario[] = [
  {
    name: 'second-builder',
    about: 'A definition with two builders; only the second one finds a target',
    libraries: [twenty((index) => ({ year: 1920 + index, media: [media(index < 10 ? '4k' : '1080')] }))],
    folder: folder({
      Two: {
        plex_search: { all: { resolution: '4K' } },
        plex_all: true,
        filters: { 'year.gte': 1925 },
        overlay: text('Two'),
      },
      Lists: { plex_search: [{ all: { 'year.lte': 1921 } }, { all: { 'year.gte': 1935 } }], overlay: text('Late') },
    }),
    targets: ['117', '118'],
    unscoped: true,
  },
  {
    name: 'search-without-targets',
    about: 'Searches that find only other items, alone and in a group with one that finds a target',
    libraries: [twenty((index) => ({ year: 1920 + index, media: [media(index === 3 ? '4k' : '1080')] }))],
    folder: folder({
      Others: {
        plex_search: { all: { resolution: '4K' } },
        overlay: text('4K', undefined, { group: 'one', weight: 20 }),
      },
      None: { plex_search: { all: { year: 1999 } }, overlay: text('1999') },
      All: { plex_all: true, overlay: text('All', undefined, { group: 'one', weight: 10 }) },
      Filtered: { plex_all: true, filters: { year: 1923 }, overlay: text('1923') },
    }),
    targets: ['110'],
    unscoped: true,
    expect: { overlays: { 110: ['All'] } },
  },
  {
    name: 'labelled-others',
    about: 'Hundreds of other items have the label: a preview may restore none and touch no backup',
    libraries: [
      movies(
        Array.from({ length: 240 }, (_, index) =>
          film(String(101 + index), `Film ${index}`, {
            year: index < 3 ? 1927 : 1950,
            posters: [poster(`one of ${index % 8}`)],
            ...(index > 0 && { labels: ['Overlay'] }),
          }),
        ),
      ),
    ],
    folder: {
      ...folder({ Silent: { plex_all: true, filters: { year: 1927 }, overlay: text('Silent') } }),
      'config/overlays/Movies Original Posters/102.jpg': pictureFile('clean.jpg'),
      'config/overlays/Movies Original Posters/150.jpg': pictureFile('clean.jpg'),
      'config/overlays/Movies Original Posters/151.png': picture('the clean 151'),
    },
    targets: ['101', '102', '120'],
    expect: {
      restored: ['120'],
      base: { 102: 'backup' },
      notes: { 102: [/although Plex shows another poster now/] },
    },
  },
  {
    name: 'search-limit',
    about: '`limit` and `sort` inside plex_search apply to the whole library',
    libraries: [
      twenty((index) => ({
        year: 1920 + index,
        audienceRating: (index * 7) % 10,
        addedAt: 1_600_000_000 + index * 86_400,
      })),
    ],
    folder: folder({
      Newest: { plex_search: { all: { 'year.gte': 1900 }, sort_by: 'added.desc', limit: 5 }, overlay: text('New') },
      Best: {
        plex_search: { all: { 'year.gte': 1900 }, sort_by: 'audience_rating.desc', limit: 4 },
        overlay: text('Best'),
      },
      All: { plex_all: true, overlay: text('<<title>>') },
    }),
    targets: ['101', '108', '118'],
    unscoped: true,
  },
  {
    name: 'season-target',
    about: 'A season alone',
    libraries: [shows([show('2000', 'Dragnet', [2, 3]), show('2100', 'The Honeymooners', [2])])],
    folder: folder(
      {
        Show: { plex_all: true, overlay: text('Show') },
        Season: { builder_level: 'season', plex_all: true, overlay: text('<<show_title>> <<season_number>>') },
        Counted: { builder_level: 'season', plex_all: true, overlay: text('<<episode_count>> / <<total_runtime>>') },
      },
      'Shows',
    ),
    targets: ['2020'],
    unscoped: true,
  },
  {
    name: 'show-ratings',
    about: "Rating texts of a season and of an episode, which need the show's ids",
    libraries: [shows([show('2000', 'Dragnet', [2, 3]), show('2100', 'The Honeymooners', [2])])],
    folder: folder(
      {
        Show: { plex_all: true, overlay: text('<<tmdb_rating>>') },
        Season: { builder_level: 'season', plex_all: true, overlay: text('<<tmdb_rating%>>%') },
        Episode: { builder_level: 'episode', plex_all: true, overlay: text('<<tmdb_rating#>>') },
      },
      'Shows',
    ),
    targets: ['2020', '2111', '2022'],
    unscoped: true,
  },
  {
    name: 'show-filters',
    about: 'Definitions of shows and seasons that look at their episodes',
    libraries: [shows([show('2000', 'Dragnet', [3, 2]), show('2100', 'The Honeymooners', [1, 4])])],
    folder: folder(
      {
        Old: { plex_all: true, filters: { 'resolution.regex': '480' }, overlay: text('480') },
        New: {
          builder_level: 'season',
          plex_all: true,
          filters: { 'resolution.regex': '1080' },
          overlay: text('1080'),
        },
        Search: { plex_search: { all: { resolution: '1080' } }, overlay: text('Some 1080', at(40, 300)) },
        Counted: {
          plex_all: true,
          filters: { episodes: { 'resolution.regex': '1080', count: 4 } },
          overlay: text('Four', at(40, 500)),
        },
        Episodes: {
          builder_level: 'episode',
          plex_search: { any: { resolution: ['480', '1080'] } },
          filters: { 'release.after': '10/02/1955' },
          overlay: text('Episode'),
        },
      },
      'Shows',
    ),
    targets: ['2000', '2020', '2013', '2100'],
    unscoped: true,
    expect: { overlays: { 2000: ['Old', 'Search'], 2020: ['New'], 2013: ['Episodes'], 2100: ['Search', 'Counted'] } },
  },
  {
    name: 'hidden-seasons',
    about: 'A show with hidden seasons, whose episodes name no season',
    libraries: [
      shows([
        show('2000', 'Dragnet', [2, 3], ({ type }) => (type === 'show' ? { hidesSeasons: true } : {})),
        show('2100', 'The Honeymooners', [2]),
      ]),
    ],
    folder: folder(
      {
        Show: { plex_all: true, overlay: text('<<title>>') },
        Episode: { builder_level: 'episode', plex_all: true, overlay: text('S<<season_number>>E<<episode_number>>') },
        Rated: { builder_level: 'episode', plex_all: true, overlay: text('<<tmdb_rating>>', at(40, 300)) },
        Season: { builder_level: 'season', plex_all: true, overlay: text('<<show_title>>') },
      },
      'Shows',
    ),
    targets: ['2000', '2022', '2010'],
    unscoped: true,
    expect: { overlays: { 2022: ['Episode', 'Rated'] } },
  },
  {
    name: 'ids-and-people',
    about: 'Builders by id and by person, which find items without a listing',
    libraries: [
      movies(
        [
          film('101', 'Nosferatu', { actors: [{ name: 'Max Schreck' }], directors: ['F. W. Murnau'] }),
          film('102', 'The General', { actors: [{ name: 'Buster Keaton' }], directors: ['Buster Keaton'] }),
          film('103', 'Sherlock Jr.', { actors: [{ name: 'Buster Keaton' }], genres: ['Comedy'] }),
          film('104', 'M', { labels: ['Favourite'] }),
        ],
        { collections: [{ ratingKey: '900', title: 'Silent', items: ['101', '102'] }] },
      ),
    ],
    folder: folder({
      Keaton: { plex_search: { all: { actor: 'Buster Keaton' } }, overlay: text('Keaton') },
      Murnau: { plex_search: { all: { director: 'F. W. Murnau' } }, overlay: text('Murnau') },
      Collection: {
        plex_search: { all: { collection: 'Silent' } },
        overlay: text('Silent', { horizontal_offset: 20, vertical_offset: 300 }),
      },
      Label: { plex_search: { all: { label: 'Favourite' } }, overlay: text('Favourite') },
      Genre: {
        plex_search: { all: { 'genre.not': 'Comedy' } },
        overlay: text('No comedy', { horizontal_offset: 20, vertical_offset: 500 }),
      },
      Ids: {
        imdb_id: ['tt0000101', 'tt0000104'],
        overlay: text('By id', { horizontal_offset: 20, vertical_offset: 700 }),
      },
      Tmdb: { tmdb_movie: [102, 103], overlay: text('By TMDb', { horizontal_offset: 20, vertical_offset: 900 }) },
    }),
    targets: ['101', '102', '104'],
    unscoped: true,
  },
  {
    name: 'pilots',
    about: 'Episodes that are found without a listing: the pilot of each show, none of them a target',
    libraries: [shows([show('2000', 'Dragnet', [2, 3]), show('2100', 'The Honeymooners', [2])])],
    folder: folder(
      {
        Show: { plex_all: true, overlay: text('Show') },
        Pilot: { builder_level: 'episode', plex_pilots: true, overlay: text('Pilot') },
      },
      'Shows',
    ),
    targets: ['2000'],
    unscoped: true,
    expect: { outsideScope: ['2011'], extras: { 2011: ['Pilot'] } },
  },
  {
    name: 'limit-and-random',
    about: 'A definition whose limit comes from a template prevents success; a random order without a limit does not',
    libraries: [twenty((index) => ({ year: 1920 + index }))],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/file.yml' }] } }),
      'config/file.yml': overlays(
        {
          Some: { template: { name: 'limited' }, plex_all: true, overlay: text('Some') },
          Shuffled: {
            plex_search: { all: { 'year.gte': 1925 }, sort_by: 'random' },
            overlay: text('Shuffled', at(40, 300)),
          },
        },
        { templates: { limited: { limit: 50 } } },
      ),
    },
    targets: ['103', '110'],
    unscoped: true,
    expect: {
      warnings: [/"Some" in config\/file\.yml \(Movies\) has a limit/],
      // Without scope, Kometa counts the whole library, as in a real run.
      statusScoped: 'partial',
      problemsScoped: [/^A real run may draw Film 2 \(1922\), Film 9 \(1929\) otherwise: "Some"/],
    },
  },
]

/** However a server lets questions be narrowed, the bytes are the same. */
export const scope: readonly Scenario[] = scenarios.map((scenario) => ({
  ...scenario,
  strategies: ['title', 'filter'],
}))
