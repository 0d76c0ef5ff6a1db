/** TMDb's answers, with each key that Kometa and tmdbapis read. */
const sizes = ['backdrop', 'logo', 'poster', 'profile', 'still'].map((kind) => [`${kind}_sizes`, ['original']])
const languages = [{ iso_639_1: 'en', english_name: 'English', name: 'English' }]

/** A show's TVDb id is its TMDb id plus this. */
export const tvdbOffset = 100_000

export const tmdbConfiguration = {
  images: {
    base_url: 'http://image.tmdb.org/t/p/',
    secure_base_url: 'https://image.tmdb.org/t/p/',
    ...Object.fromEntries(sizes),
  },
  change_keys: [],
  jobs: [],
  primary_translations: ['en-US', 'en-GB'],
  countries: [{ iso_3166_1: 'US', english_name: 'United States of America', native_name: 'United States' }],
  languages,
  timezones: [{ iso_3166_1: 'US', zones: ['America/New_York'] }],
}

/** One film or show. Its rating follows from its id, so that the texts of items differ. */
export function tmdbTitle(kind: 'movie' | 'tv', id: number): Record<string, unknown> {
  const both = {
    id,
    adult: false,
    backdrop_path: '/backdrop.jpg',
    poster_path: '/poster.jpg',
    genres: [{ id: 18, name: 'Drama' }],
    homepage: '',
    original_language: 'en',
    overview: '',
    popularity: 1,
    status: 'Released',
    tagline: '',
    production_companies: [{ id: 41077, name: 'A24', logo_path: null, origin_country: 'US' }],
    production_countries: [{ iso_3166_1: 'US', name: 'United States of America' }],
    spoken_languages: languages,
    vote_average: 5 + (id % 50) / 10,
    vote_count: 999,
    external_ids: { imdb_id: `tt${id}`, tvdb_id: id + tvdbOffset },
    keywords: { keywords: [], results: [] },
    images: { posters: [], backdrops: [], logos: [] },
    translations: { translations: [] },
    release_dates: { results: [] },
    content_ratings: { results: [] },
    credits: { cast: [], crew: [] },
  }
  const title = `Title ${id}`
  if (kind === 'movie') {
    return {
      ...both,
      title,
      original_title: title,
      release_date: '1927-01-10',
      budget: 1,
      revenue: 1,
      runtime: 100,
      video: false,
      imdb_id: `tt${id}`,
      belongs_to_collection: null,
    }
  }
  return {
    ...both,
    name: title,
    original_name: title,
    first_air_date: '1951-12-16',
    last_air_date: '1959-08-23',
    in_production: false,
    languages: ['en'],
    networks: [{ id: 6, name: 'NBC', logo_path: null, origin_country: 'US' }],
    number_of_episodes: 6,
    number_of_seasons: 2,
    origin_country: ['US'],
    seasons: [1, 2, 3].map((number) => tmdbSeason(id, number)),
    type: 'Scripted',
    episode_run_time: [30],
    created_by: [],
    last_episode_to_air: null,
    next_episode_to_air: null,
  }
}

const tmdbSeason = (show: number, number: number) => ({
  id: show * 10 + number,
  air_date: '1951-12-16',
  episode_count: 3,
  name: `Season ${number}`,
  overview: '',
  poster_path: null,
  season_number: number,
  vote_average: 4 + ((show + number * 7) % 50) / 10,
})

/** One episode. Its rating differs from the ratings of its show and its neighbours. */
export function tmdbEpisode(show: number, season: number, episode: number): Record<string, unknown> {
  return {
    id: show * 1000 + season * 100 + episode,
    air_date: '1951-12-16',
    name: `Episode ${episode}`,
    overview: '',
    episode_number: episode,
    season_number: season,
    production_code: '',
    runtime: 25,
    still_path: null,
    vote_average: 3 + ((show + season * 11 + episode * 3) % 60) / 10,
    vote_count: 9,
    crew: [],
    guest_stars: [],
    credits: { cast: [], crew: [], guest_stars: [] },
    external_ids: { imdb_id: null, tvdb_id: null },
    images: { stills: [] },
    translations: { translations: [] },
    videos: { results: [] },
  }
}
