import { tmdbTitle, tvdbOffset } from '../../support/network/tmdb-answers.ts'
import { at, config, film, movies, overlays, show, shows, text } from '../make.ts'
import { picture, pictureFile } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const oneFile = { overlay_files: [{ file: 'config/all.yml' }] }
const plain = overlays({ Plain: { plex_all: true, overlay: text('PLAIN') } })

/** MDBList's answer about a film; the values differ in each round. */
const mdbRatings = (tmdbId: string, round: number): string =>
  JSON.stringify({
    title: `Title ${tmdbId}`,
    type: 'movie',
    tmdbid: Number(tmdbId),
    released: '1927-01-10',
    released_digital: '2001-01-10',
    score: 50 + round,
    ratings: [
      { source: 'imdb', value: 5 + round / 10 },
      { source: 'myanimelist', value: 6 + round / 10 },
    ],
  })
const mdbList = (round: number, ids: readonly string[]): Record<string, string> => ({
  'api.mdblist.com/user': JSON.stringify({ is_supporter: true, api_requests: 1000 }),
  'api.mdblist.com/imdb/movie/tt0080684/': mdbRatings('1891', round),
  ...Object.fromEntries(ids.map((id) => [`api.mdblist.com/tmdb/movie/${id}/`, mdbRatings(id, round)])),
})
const mdblist = { mdblist: { apikey: 'kCANARYmdblist0001' } }

const ratings = (size: number): string =>
  overlays({
    Ratings: { plex_all: true, overlay: text('<<mdb_imdb_rating>>', at(40, 40), { font_size: size }) },
    Anime: { plex_all: true, overlay: text('<<mdb_myanimelist_rating>>', at(40, 400), { font_size: size }) },
    TMDb: { plex_all: true, overlay: text('<<tmdb_rating>>', at(40, 700), { font_size: size }) },
  })

/** Kometa 2.4 does not find this rating in its own cache. */
const lostInCache = /No 'mdb_myanimelist_rating' found/

const films = ['101', '102']
const tmdbFilms = (vote: number): Record<string, string> =>
  Object.fromEntries(
    films.map((id) => [
      `api.themoviedb.org/3/movie/${id}`,
      JSON.stringify({ ...tmdbTitle('movie', Number(id)), vote_average: vote }),
    ]),
  )

const showOnTmdb = (status: string): Record<string, string> => {
  const answer = { ...tmdbTitle('tv', 2000), status }
  return {
    'api.themoviedb.org/3/tv/2000': JSON.stringify(answer),
    [`api.themoviedb.org/3/find/${2000 + tvdbOffset}`]: JSON.stringify({ tv_results: [answer] }),
  }
}

const asset = 'config/assets/The General (1926)/poster.png'

export const cache: readonly Scenario[] = [
  {
    name: 'cache-values',
    about: 'Cached ratings are drawn, whatever MDBList and TMDb say now, and neither is asked again',
    libraries: [movies(films.map((id) => film(id, `Film ${id}`)))],
    folder: { 'config/config.yml': config({ Movies: oneFile }, {}, mdblist), 'config/all.yml': ratings(90) },
    outside: { ...mdbList(1, films), ...tmdbFilms(6.1) },
    warm: { outside: { ...mdbList(2, films), ...tmdbFilms(7.2) }, folder: { 'config/all.yml': ratings(120) } },
    targets: films,
    expect: {
      realRun: { 101: 'draw', 102: 'draw' },
      base: { 101: 'backup', 102: 'backup' },
      errors: [lostInCache],
    },
  },
  {
    name: 'cache-unchanged',
    about: 'Only values of other services changed: Kometa skips every item, the preview draws what it has',
    libraries: [movies(films.map((id) => film(id, `Film ${id}`)))],
    folder: { 'config/config.yml': config({ Movies: oneFile }, {}, mdblist), 'config/all.yml': ratings(90) },
    outside: { ...mdbList(1, films), ...tmdbFilms(6.1) },
    warm: { outside: { ...mdbList(2, films), ...tmdbFilms(7.2) } },
    targets: films,
    expect: { realRun: { 101: 'skip', 102: 'skip' }, errors: [lostInCache] },
  },
  {
    name: 'cache-status',
    about: '`default: status` uses the cached state of a show: still returning, although TMDb says that it has ended',
    libraries: [shows([show('2000', 'Dragnet', [1])])],
    folder: { 'config/config.yml': config({ Shows: { overlay_files: [{ default: 'status' }] } }) },
    outside: showOnTmdb('Returning Series'),
    warm: { outside: showOnTmdb('Ended') },
    targets: ['2000'],
    expect: { realRun: { 2000: 'skip' }, overlays: { 2000: ['returning_shows'] } },
  },
  {
    name: 'cache-assets',
    about:
      'An asset that was replaced is drawn again, one that was not is skipped, as is an item without one (Kometa#2856)',
    libraries: [
      movies([
        film('101', 'Nosferatu', { year: 1922 }),
        film('102', 'The General', { year: 1926 }),
        film('103', 'Metropolis'),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Movies: oneFile }, { asset_directory: 'config/assets' }),
      'config/all.yml': plain,
      'config/assets/Nosferatu (1922)/poster.jpg': pictureFile('poster.jpg'),
      [asset]: picture('an asset'),
    },
    warm: { folder: { [asset]: picture('another asset', { width: 120 }) } },
    targets: ['101', '102', '103'],
    expect: {
      realRun: { 101: 'skip', 102: 'draw', 103: 'skip' },
      base: { 101: 'asset', 102: 'asset', 103: 'backup' },
    },
  },
  {
    name: 'cache-plex-changed',
    about: 'A rating that changed in Plex, a removed label, a newly chosen poster (Kometa#2335)',
    libraries: [movies(['101', '102', '103', '104'].map((key) => film(key, `Film ${key}`, { userRating: 5 })))],
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': overlays({ Mine: { plex_all: true, overlay: text('<<user_rating>>') } }),
    },
    warm: {
      inPlex: [
        { method: 'PUT', path: '/library/sections/1/all?type=1&id=101&userRating.value=9' },
        { method: 'PUT', path: '/library/sections/1/all?type=1&id=102&label%5B%5D.tag.tag-=Overlay' },
        { method: 'POST', path: '/library/metadata/102/posters', body: picture('chosen for 102') },
        { method: 'POST', path: '/library/metadata/103/posters', body: picture('chosen for 103') },
      ],
    },
    targets: ['101', '102', '103', '104'],
    expect: {
      realRun: { 101: 'draw', 102: 'draw', 103: 'skip', 104: 'skip' },
      base: { 101: 'backup', 102: 'current poster', 103: 'backup', 104: 'backup' },
      notes: { 103: [/although Plex shows another poster now.* take the label Overlay off/] },
    },
  },
  {
    name: 'cache-off',
    about: 'Without a cache Kometa draws every item in each run',
    libraries: [movies([film('101', 'Nosferatu'), film('102', 'The General')])],
    folder: { 'config/config.yml': config({ Movies: oneFile }, { cache: false }), 'config/all.yml': plain },
    warm: {},
    targets: ['101'],
    expect: { realRun: { 101: 'draw' }, base: { 101: 'backup' } },
  },
]
