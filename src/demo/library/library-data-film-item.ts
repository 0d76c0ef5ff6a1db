import type { Look } from '../poster-art.ts'
import type { SampleImage, SampleItem } from '../sample-plex/model/model.ts'
import type { FilmRow } from './library-data-films.ts'
import { agentPoster, background, uploadedPoster, wornPoster } from './library-data-images.ts'
import { mediaOf } from './library-data-media.ts'

/** Unix seconds; the films were added two days apart from here on. */
const firstAddedAt = 1_704_099_600
const daySeconds = 86_400

/** A film of the sample library as the sample Plex wants it. */
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
    arts: [background(row.look, row.title)],
  }
}

function posters(row: FilmRow): SampleImage[] {
  const text = { title: row.title, credit: `Directed by ${row.director}`, year: String(row.year) }
  const own = (selected: boolean) => agentPoster(row.look, text, selected)
  if (row.posters === 'worn') {
    const worn = wornPoster(row.look, text, [
      { kind: 'resolution', size: '720p', range: '' },
      { kind: 'audio', over: 'AAC', under: '' },
    ])
    return [worn, own(false)]
  }
  if (row.posters === 'choice') {
    return [
      own(true),
      ...others(row.look).map((look) => agentPoster(look, text, false)),
      uploadedPoster(row.look, text),
    ]
  }
  return [own(true)]
}

/** Other posters of the same film: the motif stays, the rest is another hand's. */
function others(look: Look): Look[] {
  return (['woodcut', 'pulp'] as const).map((layout, i) => ({
    motif: look.motif,
    layout,
    palette: i === 0 ? 'paper' : 'lagoon',
  }))
}

/** Plex sorts without the article, and in small letters or large alike. */
export function sortTitle(title: string): string {
  return title.replace(/^(?:The|A|An) /, '').replace(/^[“"]/, '')
}
