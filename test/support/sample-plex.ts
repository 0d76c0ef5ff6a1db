import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type {
  SampleImage,
  SampleItem,
  SampleLibrary,
  SampleMedia,
  SampleStream,
} from '../../src/demo/sample-plex/model/model.ts'

export {
  ownRequest,
  type SamplePlex,
  type SamplePlexOptions,
  startSamplePlex,
  startUnwatchedPlex,
} from './watched-plex.ts'

const drawn = new Map<string, Promise<Buffer>>()

/** A picture of coloured squares that is unique to its name. It is drawn at the first request. */
export function plainImage(
  name: string,
  size: { width: number; height: number } = { width: 400, height: 600 },
): () => Promise<Buffer> {
  const key = `${name} ${size.width}x${size.height}`
  return () => {
    const known = drawn.get(key)
    if (known !== undefined) return known
    const squares = createHash('sha512').update(name).digest().subarray(0, 60)
    const raw = { width: 4, height: 5, channels: 3 as const }
    const picture = sharp(squares, { raw })
      .resize({ ...size, fit: 'fill', kernel: 'nearest' })
      .jpeg()
      .toBuffer()
    drawn.set(key, picture)
    return picture
  }
}

/** A poster in the form that Plex's agents give it. */
export function agentPoster(name: string, size?: { width: number; height: number }): SampleImage {
  return {
    ratingKey: `metadata://posters/tv.plex.agents.movie_${Buffer.from(name).toString('hex').slice(0, 40)}`,
    provider: 'tv.plex.agents.movie',
    mediaType: 'image/jpeg',
    read: plainImage(name, size),
  }
}

const english: SampleStream = { kind: 'audio', codec: 'eac3', channels: 6, languageCode: 'eng', language: 'English' }

export function media(
  resolution: '4k' | '1080' | '720' | '480',
  video: Partial<SampleStream & { kind: 'video' }> = {},
  more: readonly SampleStream[] = [english],
): SampleMedia {
  const heights = { '4k': 2160, '1080': 1080, '720': 720, '480': 480 }
  const height = heights[resolution]
  return {
    videoResolution: resolution,
    width: Math.round((height * 16) / 9),
    height,
    bitrate: height * 8,
    streams: [{ kind: 'video', codec: height > 1080 ? 'hevc' : 'h264', ...video }, ...more],
  }
}

export function film(ratingKey: string, title: string, more: Partial<SampleItem> = {}): SampleItem {
  return {
    type: 'movie',
    ratingKey,
    title,
    year: 1920 + (Number(ratingKey) % 80),
    guids: [`imdb://tt${ratingKey.padStart(7, '0')}`, `tmdb://${ratingKey}`],
    genres: ['Drama'],
    contentRating: 'PG',
    studio: 'Universal Pictures',
    durationMs: 5_400_000,
    originallyAvailableAt: `${1920 + (Number(ratingKey) % 80)}-03-31`,
    media: [media('1080')],
    posters: [agentPoster(`film ${ratingKey}`)],
    ...more,
  }
}

/** A show with seasons and episodes. Season n has the show's ratingKey plus 10*n, and its episode m that plus m. */
export function show(
  ratingKey: string,
  title: string,
  seasons: readonly number[],
  more: Partial<SampleItem> = {},
): SampleItem {
  const first = Number(ratingKey)
  return {
    type: 'show',
    ratingKey,
    title,
    year: 1955,
    guids: [`tmdb://${ratingKey}`, `tvdb://${first + 100_000}`, `imdb://tt${ratingKey.padStart(7, '0')}`],
    genres: ['Comedy'],
    contentRating: 'TV-PG',
    network: 'CBS',
    posters: [agentPoster(`show ${ratingKey}`)],
    children: seasons.map((episodes, at) => {
      const number = at + 1
      return {
        type: 'season',
        ratingKey: String(first + number * 10),
        title: `Season ${number}`,
        index: number,
        posters: [agentPoster(`season ${first} ${number}`)],
        children: Array.from({ length: episodes }, (_, episode) => ({
          type: 'episode' as const,
          ratingKey: String(first + number * 10 + episode + 1),
          title: `Episode ${episode + 1}`,
          index: episode + 1,
          year: 1955,
          originallyAvailableAt: `1955-10-0${(episode % 9) + 1}`,
          durationMs: 1_500_000,
          media: [media(number === 1 ? '480' : '1080')],
          posters: [agentPoster(`episode ${first} ${number} ${episode}`, { width: 640, height: 360 })],
        })),
      }
    }),
    ...more,
  }
}

/** Two libraries that differ in what overlays look at: keys 1 (Movies, 101...) and 2 (Shows, 2000...). */
export function smallLibraries(): SampleLibrary[] {
  const german: SampleStream = { kind: 'audio', codec: 'truehd', channels: 8, languageCode: 'deu', language: 'German' }
  const movies: SampleItem[] = [
    film('101', 'Nosferatu', {
      year: 1922,
      genres: ['Horror'],
      studio: 'Prana Film',
      media: [media('4k', { colorTrc: 'smpte2084', doviPresent: true })],
      directors: ['F. W. Murnau'],
      actors: [{ name: 'Max Schreck', role: 'Count Orlok' }],
    }),
    film('102', 'The General', {
      year: 1926,
      genres: ['Comedy', 'Action'],
      audienceRating: 8.1,
      audienceRatingImage: 'imdb://image.rating',
      userRating: 9,
      directors: ['Buster Keaton'],
      countries: ['United States of America'],
    }),
    film('103', 'Metropolis', {
      year: 1927,
      editionTitle: 'Restored',
      media: [media('4k', { colorTrc: 'smpte2084' }, [german])],
      labels: ['Overlay', 'Favourite'],
    }),
    film('104', 'M', { year: 1931, media: [media('720'), media('480')], contentRating: 'Not Rated' }),
    film('105', 'His Girl Friday', { year: 1940, addedAt: 1_700_000_000 }),
    film('106', 'Lock, Stock & "Barrel" <Ünïcode>', { year: 1998, viewCount: 2, lastViewedAt: 1_690_000_000 }),
  ]
  const shows = [
    show('2000', 'The Honeymooners', [3, 2]),
    show('2100', 'Dragnet', [2], { network: 'NBC', labels: ['Classic'] }),
  ]
  return [
    {
      key: 1,
      title: 'Movies',
      type: 'movie',
      items: movies,
      collections: [{ ratingKey: '900', title: 'Silent', items: ['101', '102', '103'] }],
    },
    { key: 2, title: 'Shows', type: 'show', items: shows },
  ]
}
