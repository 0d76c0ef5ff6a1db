import type { SampleItem } from '../../../src/demo/sample-plex/model/model.ts'
import { at, config, film, media, movies, overlays, poster, show, shows, text } from '../make.ts'
import { picture, pictureFile, uploadedImage } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const worn = (ratingKey: string): Partial<SampleItem> => ({
  labels: ['Overlay'],
  posters: [uploadedImage(pictureFile('worn.webp'), 'webp'), poster(ratingKey)],
})

/**
 * The requests of these scenarios are kept in test/fixtures/kometa-requests and replayed without Kometa. They show
 * everything that Kometa sends.
 */
export const recorded: readonly Scenario[] = [
  {
    name: 'recorded-movies',
    about: 'Films: searches of every kind, each base, restores by file and by URL, assets, an item without ids',
    libraries: [
      movies(
        [
          film('101', 'Nosferatu', { year: 1922, media: [media('4k')], actors: [{ name: 'Max Schreck' }] }),
          film('102', 'The General', { year: 1926, genres: ['Comedy'], labels: ['Favourite'] }),
          film('103', 'Metropolis & "More", 100% | ü', worn('103')),
          film('104', 'M', { ...worn('104'), year: 1931 }),
          film('105', 'Blackmail', { ...worn('105'), year: 1931 }),
          film('106', 'Without ids', { guids: [], guid: 'local://106' }),
          film('107', 'Sherlock Jr.', { year: 1924 }),
          film('108', 'The Kid', { ...worn('108'), year: 1921 }),
        ],
        { collections: [{ ratingKey: '900', title: 'Silent', items: ['101', '102'] }] },
      ),
    ],
    folder: {
      'config/config.yml': config(
        { Movies: { overlay_files: [{ file: 'config/films.yml' }] } },
        { asset_directory: 'config/assets', asset_folders: true },
        { plex: { url: 'PLEX_URL', token: 'PLEX_TOKEN', db_cache: 40 } },
      ),
      'config/films.yml': overlays({
        Everything: { plex_all: true, filters: { 'year.lte': 1930 }, overlay: text('<<title>>') },
        '4K & up!': { plex_search: { all: { resolution: '4K' } }, overlay: text('4K', at(40, 200)) },
        Comedy: { plex_search: { any: { genre: 'Comedy', label: 'Favourite' } }, overlay: text('Comedy', at(40, 300)) },
        Schreck: { plex_search: { all: { actor: 'Max Schreck' } }, overlay: text('Schreck', at(40, 400)) },
        Silent: { plex_search: { all: { collection: 'Silent' } }, overlay: text('Silent', at(40, 500)) },
        Twenties: {
          plex_search: { all: { decade: 1920, 'year.not': 1927 }, sort_by: 'year.desc', limit: 5 },
          overlay: text('Twenties', at(40, 600)),
        },
      }),
      'config/assets/Sherlock Jr. (1924)/poster.jpg': pictureFile('poster.jpg'),
      'config/assets/Sherlock Jr. (1924)/background.png': picture('background', { width: 160, height: 90 }),
      'config/overlays/Movies Original Posters/104.jpg': pictureFile('clean.jpg'),
      'config/overlays/Movies Original Posters/108.jpg': pictureFile('clean.jpg'),
    },
    targets: ['101', '102', '103', '104', '105', '107', '108'],
    unscoped: true,
    expect: {
      uploads: { 107: 2 },
      restored: ['104', '105'],
      base: { 101: 'current poster', 103: 'clean Plex poster', 104: 'backup', 107: 'asset', 108: 'backup' },
    },
  },
  {
    name: 'defaults-without-values',
    about: 'A default file with 276 definitions: Plex has the value of one, and the others are not faults',
    libraries: [shows([show('2000', 'Dragnet', [1])])],
    folder: { 'config/config.yml': config({ Shows: { overlay_files: [{ default: 'network' }] } }) },
    targets: ['2000'],
  },
  {
    name: 'expired-token',
    about: 'An expired Trakt token, which a preview must not renew: targets that need it are named with the reason',
    libraries: [movies([film('101', 'Nosferatu')])],
    folder: {
      'config/config.yml': `${config({ Movies: { overlay_files: [{ file: 'config/mine.yml' }] } })}
trakt:
  client_id: ${'1a'.repeat(32)}
  client_secret: ${'2b'.repeat(32)}
  authorization:
    access_token: ${'3c'.repeat(32)}
    token_type: Bearer
    expires_in: 7889238
    refresh_token: ${'4d'.repeat(32)}
    scope: public
    created_at: 1600000000
`,
      'config/mine.yml': overlays({
        Title: { plex_all: true, overlay: text('<<title>>') },
        Trakt: { plex_all: true, overlay: text('<<trakt_user_rating>>', at(40, 300)) },
      }),
    },
    targets: ['101'],
    expect: {
      uploads: { 101: 0 },
      status: 'failed',
      problems: [
        /^No picture of any target came\.$/,
        /^Nosferatu.*NoneType.*NOT PREVIEWED: .* that need Trakt: the token of your config has expired \(2020-12-13\)/,
      ],
      warnings: [/NOT PREVIEWED: overlays of "Movies" that need Trakt/],
      errors: [/./],
    },
  },
  {
    name: 'recorded-shows',
    about: 'Shows, seasons and episodes: levels, filters by episodes, ratings, restores',
    libraries: [
      shows([
        show('2000', 'Dragnet', [2, 3], ({ ratingKey }) =>
          ['2011', '2020'].includes(ratingKey) ? worn(ratingKey) : {},
        ),
        show('2100', 'The Honeymooners', [2]),
        show('2200', 'Hidden', [2], ({ type }) => (type === 'show' ? { hidesSeasons: true } : {})),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Shows: { overlay_files: [{ file: 'config/shows.yml' }] } }),
      'config/shows.yml': overlays({
        Show: { plex_all: true, overlay: text('<<tmdb_rating>>') },
        Long: {
          plex_all: true,
          filters: { episodes: { 'resolution.regex': '1080', count: 3 } },
          overlay: text('Long', at(40, 300)),
        },
        Runtime: { plex_search: { all: { network: 'CBS' } }, overlay: text('<<total_runtime>>', at(40, 500)) },
        Season: {
          builder_level: 'season',
          plex_all: true,
          filters: { 'title.not': 'Season 2' },
          overlay: text('<<show_title>>'),
        },
        Episode: { builder_level: 'episode', plex_all: true, overlay: text('S<<season_number>>E<<episode_number>>') },
        Old: {
          builder_level: 'episode',
          plex_search: { all: { resolution: '480' } },
          overlay: text('480', at(40, 300)),
        },
      }),
    },
    targets: ['2000', '2010', '2011', '2020', '2100', '2212'],
    unscoped: true,
    expect: { restored: ['2020'], base: { 2011: 'clean Plex poster' } },
  },
]
