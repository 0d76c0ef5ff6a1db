import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { SampleItem } from '../src/demo/sample-plex/model/model.ts'
import type { ScopeHonours } from '../src/demo/sample-plex/query/evaluate.ts'
import { startSamplePlex } from '../src/demo/sample-plex/sample-plex.ts'
import { serveWords } from './peer.ts'

/**
 * The options of a sample Plex of any size in a separate process: `sample-server '{"films":1000}'`. The process sends
 * its address. The word `count` asks for the requests since the word `clear`.
 */
export interface BenchServerOptions {
  films: number
  /** How many libraries there are, with `films` films each. They are called Movies, Movies 2 and so on. */
  libraries: number
  /** The share of films that already have the Overlay label, from 0 to 1. */
  labelled: number
  delayMs: number
  perItemDelayMs: number
  /** The narrower questions that this Plex supports. Without it: all of them. */
  scopeHonours?: ScopeHonours
}

export interface BenchCounts {
  requests: number
  bytes: number
  imageBytes: number
  writes: number
}

/** The ratingKey before that of the library's first film. */
const firstKeyOf = (library: number, films: number): number => 1_000 + library * (films + 1_000)

const resolutions = ['4k', '1080', '720', '480'] as const
const pictures = new Map<number, Promise<Buffer>>()

/** All films share sixteen pictures, because the benches do not measure how fast posters are drawn. */
function picture(number: number): Promise<Buffer> {
  const known = pictures.get(number % 16)
  if (known) return known
  const raw = createHash('sha512')
    .update(`poster ${number % 16}`)
    .digest()
    .subarray(0, 60)
  const drawn = sharp(raw, { raw: { width: 4, height: 5, channels: 3 } })
    .resize({ width: 1000, height: 1500, fit: 'fill', kernel: 'nearest' })
    .jpeg()
    .toBuffer()
  pictures.set(number % 16, drawn)
  return drawn
}

function film(number: number, firstKey: number, labelled: boolean): SampleItem {
  const resolution = resolutions[number % 4] ?? '1080'
  const height = { '4k': 2160, '1080': 1080, '720': 720, '480': 480 }[resolution]
  const audio = { kind: 'audio' as const, codec: 'eac3', channels: 6, languageCode: 'eng', language: 'English' }
  const video = { kind: 'video' as const, codec: 'h264', ...(number % 8 === 0 ? { colorTrc: 'smpte2084' } : {}) }
  return {
    type: 'movie',
    ratingKey: String(firstKey + number),
    title: `Film ${number}`,
    year: 1920 + (number % 100),
    guids: [`imdb://tt${String(number).padStart(7, '0')}`, `tmdb://${number}`],
    genres: ['Drama'],
    contentRating: 'PG',
    studio: `Studio ${number % 200}`,
    durationMs: 5_400_000,
    summary: 'A plot with turns. '.repeat(60),
    ...(labelled ? { labels: ['Overlay'] } : {}),
    media: [
      {
        videoResolution: resolution,
        width: Math.round((height * 16) / 9),
        height,
        bitrate: 9_000,
        streams: [video, audio],
      },
    ],
    posters: [
      {
        ratingKey: `metadata://posters/bench_${number}`,
        provider: 'bench',
        mediaType: 'image/jpeg',
        read: () => picture(number),
      },
    ],
  }
}

const options: BenchServerOptions = JSON.parse(process.argv[2] ?? '{}')
const isLabelled = (number: number): boolean => number % 100 < options.labelled * 100
const plex = await startSamplePlex({
  libraries: Array.from({ length: options.libraries }, (_, library) => ({
    key: library + 1,
    title: library === 0 ? 'Movies' : `Movies ${library + 1}`,
    type: 'movie' as const,
    items: Array.from({ length: options.films }, (_film, index) =>
      film(index + 1, firstKeyOf(library, options.films), isLabelled(index + 1)),
    ),
  })),
  token: 'benchTokenOfTheSamplePlex',
  delayMs: options.delayMs,
  perItemDelayMs: options.perItemDelayMs,
  ...(options.scopeHonours ? { scopeHonours: options.scopeHonours } : {}),
})
plex.warm()
const isImage = (target: string): boolean => /\/(thumb|art)\/|\/file\?/.test(target)
const sum = (entries: readonly { answerBytes: number }[]): number =>
  entries.reduce((bytes, { answerBytes }) => bytes + answerBytes, 0)
serveWords(
  { url: plex.url, token: plex.token },
  {
    clear: () => plex.clearJournal(),
    count: (): BenchCounts => ({
      requests: plex.journal.length,
      bytes: sum(plex.journal),
      imageBytes: sum(plex.journal.filter(({ target }) => isImage(target))),
      writes: plex.writes.length,
    }),
  },
)
