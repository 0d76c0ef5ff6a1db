import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { SampleItem } from '../src/demo/sample-plex/model.ts'
import { startSamplePlex } from '../src/demo/sample-plex/sample-plex.ts'

/**
 * A sample Plex of any size in a process of its own: `tsx bench/sample-server.ts '{"films":1000}'`. Tells its address on
 * the IPC channel; answers 'count' with what was asked of it since 'clear'.
 */
export interface BenchServerOptions {
  films: number
  /** Share of films that already wear the Overlay label, 0 to 1. */
  labelled: number
  delayMs: number
  perItemDelayMs: number
}

export interface BenchCounts {
  requests: number
  bytes: number
  imageBytes: number
  writes: number
}

const resolutions = ['4k', '1080', '720', '480'] as const
const pictures = new Map<number, Promise<Buffer>>()

/** Sixteen pictures for all films: what is measured is not how fast they are drawn. */
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

function film(number: number, labelled: boolean): SampleItem {
  const resolution = resolutions[number % 4] ?? '1080'
  const height = { '4k': 2160, '1080': 1080, '720': 720, '480': 480 }[resolution]
  const audio = { kind: 'audio' as const, codec: 'eac3', channels: 6, languageCode: 'eng', language: 'English' }
  const video = { kind: 'video' as const, codec: 'h264', ...(number % 8 === 0 ? { colorTrc: 'smpte2084' } : {}) }
  return {
    type: 'movie',
    ratingKey: String(1_000 + number),
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
const items = Array.from({ length: options.films }, (_, index) =>
  film(index + 1, (index + 1) % 100 < options.labelled * 100),
)
const plex = await startSamplePlex({
  libraries: [{ key: 1, title: 'Movies', type: 'movie', items }],
  token: 'benchTokenOfTheSamplePlex',
  delayMs: options.delayMs,
  perItemDelayMs: options.perItemDelayMs,
})
plex.warm()
process.on('message', (message) => {
  if (message === 'clear') plex.clearJournal()
  if (message === 'count') {
    const isImage = (target: string) => /\/(thumb|art)\/|\/file\?/.test(target)
    const counts: BenchCounts = {
      requests: plex.journal.length,
      bytes: plex.journal.reduce((sum, { answerBytes }) => sum + answerBytes, 0),
      imageBytes: plex.journal
        .filter(({ target }) => isImage(target))
        .reduce((sum, { answerBytes }) => sum + answerBytes, 0),
      writes: plex.writes.length,
    }
    process.send?.(counts)
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: plex.url, token: plex.token })
