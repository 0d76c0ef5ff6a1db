import type { SampleItem } from '../sample-plex/model/model.ts'
import { sortTitle } from './library-data-film-item.ts'
import { mediaOf } from './library-data-media.ts'
import type { SeasonRow, ShowRow } from './library-data-shows.ts'
import { agentPoster, episodeStill, showBackground, wornPoster } from './pictures.ts'

const firstAddedAt = 1_714_554_000
const daySeconds = 86_400

/** A show with its seasons and episodes. Their ratingKeys follow `key`. */
export function showItem(row: ShowRow, key: number): SampleItem {
  let next = key + 1
  const addedAt = firstAddedAt + (key % 1000) * daySeconds
  const own = agentPoster(row.picture, row.worn !== true)
  const children = row.seasons.map((season) => {
    const item = seasonItem(row, season, next, addedAt)
    next += 1 + season.episodes.length
    return item
  })
  return {
    type: 'show',
    ratingKey: String(key),
    title: row.title,
    ...(sortTitle(row.title) === row.title ? {} : { titleSort: sortTitle(row.title) }),
    summary: row.summary,
    year: row.year,
    ...(row.seasons.find(({ number }) => number === 1) === undefined
      ? {}
      : { originallyAvailableAt: row.seasons.find(({ number }) => number === 1)?.from ?? '' }),
    addedAt,
    updatedAt: addedAt + daySeconds,
    durationMs: (row.seasons.at(-1)?.minutes ?? 25) * 60_000,
    contentRating: row.contentRating,
    studio: row.studio,
    network: row.network,
    ...(row.rating === undefined ? {} : { rating: row.rating, ratingImage: 'rottentomatoes://image.rating.ripe' }),
    ...(row.audience === undefined
      ? {}
      : { audienceRating: row.audience, audienceRatingImage: 'rottentomatoes://image.rating.upright' }),
    genres: row.genres,
    countries: [row.country],
    actors: row.actors.map((name) => ({ name })),
    labels: row.worn === true ? ['Overlay'] : [],
    guids: [`imdb://${row.imdb}`, `tmdb://${row.tmdb}`, `tvdb://${row.tvdb}`],
    posters: row.worn === true ? [wornPoster(row.picture), own] : [own],
    arts: [showBackground(row.picture)],
    children,
  }
}

function seasonItem(row: ShowRow, season: SeasonRow, key: number, addedAt: number): SampleItem {
  const title = season.number === 0 ? 'Specials' : `Season ${season.number}`
  return {
    type: 'season',
    ratingKey: String(key),
    title,
    index: season.number,
    summary: '',
    addedAt,
    updatedAt: addedAt + daySeconds,
    guids: [`tmdb://${row.tmdb * 10 + season.number}`, `tvdb://${row.tvdb * 10 + season.number}`],
    posters: season.bare === true ? [] : [agentPoster(`${row.picture}-s0${season.number}`, true)],
    children: season.episodes.map((name, i) => episodeItem(row, season, { name, number: i + 1 }, key + 1 + i, addedAt)),
  }
}

function episodeItem(
  row: ShowRow,
  season: SeasonRow,
  of: { name: string; number: number },
  key: number,
  addedAt: number,
): SampleItem {
  const two = (value: number) => String(value).padStart(2, '0')
  const code = `S${two(season.number)}E${two(of.number)}`
  const aired = new Date(Date.parse(`${season.from}T00:00:00Z`) + (of.number - 1) * 7 * daySeconds * 1000)
  const spec = season.media[(of.number - 1) % season.media.length]
  const folder = `/media/TV Shows/${row.title} (${row.year})/Season ${two(season.number)}`
  const file = { folder, name: `${row.title} - ${code} - ${of.name}`, minutes: season.minutes }
  return {
    type: 'episode',
    ratingKey: String(key),
    title: of.name,
    index: of.number,
    summary: '',
    originallyAvailableAt: aired.toISOString().slice(0, 10),
    addedAt,
    updatedAt: addedAt + daySeconds,
    durationMs: season.minutes * 60_000,
    ...(row.audience === undefined
      ? {}
      : { audienceRating: Math.round((row.audience - 0.6 + ((of.number * 7) % 13) / 10) * 10) / 10 }),
    guids: [`imdb://tt${7_000_000 + key}`, `tmdb://${1_000_000 + key}`, `tvdb://${2_000_000 + key}`],
    ...(spec === undefined ? {} : { media: [mediaOf(spec, file)] }),
    posters: [episodeStill(row.picture, season.number, of.number)],
  }
}
