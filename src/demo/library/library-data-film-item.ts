import type { SampleImage, SampleItem } from '../sample-plex/model/model.ts'
import type { FilmRow } from './library-data-films.ts'
import { mediaOf } from './library-data-media.ts'
import { agentPoster, filmBackground, uploadedPoster, wornPoster } from './pictures.ts'

/** Unix seconds of the first film. The others were added two days apart. */
const firstAddedAt = 1_704_099_600
const daySeconds = 86_400

/** Turns a row of the film table into an item of the sample Plex. */
export function filmItem(row: FilmRow, key: number): SampleItem {
  const addedAt = firstAddedAt + (key % 100) * 2 * daySeconds
  const name = `${row.title.replaceAll(/[:"“”?*<>|/\\]/g, '').trim()} (${row.year})`
  const edition = row.edition === undefined ? '' : ` {edition-${row.edition}}`
  const file = { folder: `/media/Movies/${name}${edition}`, name, minutes: row.minutes }
  const labels = row.posters?.startsWith('worn') ? ['Overlay'] : row.genres.includes('Horror') ? ['Late Night'] : []
  return {
    type: 'movie',
    ratingKey: String(key),
    title: row.title,
    ...(sortTitle(row.title) === row.title ? {} : { titleSort: sortTitle(row.title) }),
    ...(row.originalTitle === undefined ? {} : { originalTitle: row.originalTitle }),
    ...(row.edition === undefined ? {} : { editionTitle: row.edition }),
    summary: row.summary,
    year: row.year,
    originallyAvailableAt: `${row.year}-${row.day}`,
    addedAt,
    updatedAt: addedAt + daySeconds,
    durationMs: row.minutes * 60_000,
    ...(row.contentRating === undefined ? {} : { contentRating: row.contentRating }),
    studio: row.studio,
    ...(row.rating === undefined
      ? {}
      : { rating: row.rating, ratingImage: `rottentomatoes://image.rating.${row.rating >= 6 ? 'ripe' : 'rotten'}` }),
    ...(row.audience === undefined
      ? {}
      : {
          audienceRating: row.audience,
          audienceRatingImage: `rottentomatoes://image.rating.${row.audience >= 6 ? 'upright' : 'spilled'}`,
        }),
    genres: row.genres,
    countries: [row.country],
    directors: row.director.split(' & '),
    actors: row.actors.map((actor) => ({ name: actor })),
    labels,
    guids: [`imdb://${row.imdb}`, `tmdb://${row.tmdb}`, `tvdb://${row.tmdb + 40_000}`],
    media: row.media.map((spec) => mediaOf(spec, file)),
    posters: posters(row),
    arts: [filmBackground(row.picture)],
  }
}

function posters({ picture, posters: kind }: FilmRow): SampleImage[] {
  if (kind === 'worn') return [wornPoster(picture), agentPoster(picture, false)]
  const own = agentPoster(picture, true)
  if (kind !== 'choice') return [own]
  return [own, agentPoster(picture, false, 'grey'), agentPoster(picture, false, 'turned'), uploadedPoster(picture)]
}

/** Plex sorts titles without their article. */
export function sortTitle(title: string): string {
  return title.replace(/^(?:The|A|An) /, '').replace(/^[“"]/, '')
}
