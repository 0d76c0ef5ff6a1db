import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { drawArt, drawPoster, type Look, type PosterText } from '../poster-art.ts'
import type { SampleImage } from '../sample-plex/model/model.ts'
import { type Badge, posterCanvas } from '../sample-renderer/badges.ts'
import { composeOverlay } from '../sample-renderer/compose.ts'

const agent = 'tv.plex.agents.movie'

/** A poster as Plex got it from its agent. */
export function agentPoster(look: Look, text: PosterText, selected: boolean): SampleImage {
  return {
    ratingKey: `metadata://posters/${agent}_${hashOf(look, text)}`,
    provider: agent,
    selected,
    mediaType: 'image/jpeg',
    read: drawnOnce(() => drawPoster(look, text)),
  }
}

/** A poster that somebody uploaded, as PNG. */
export function uploadedPoster(look: Look, text: PosterText): SampleImage {
  return {
    ratingKey: `upload://posters/${hashOf('upload', look, text)}`,
    selected: false,
    mediaType: 'image/png',
    read: drawnOnce(
      async () =>
        await sharp(await drawPoster(look, text))
          .resize(600, 900)
          .png()
          .toBuffer(),
    ),
  }
}

/** What an earlier overlay run has left: the poster with badges, marked by Kometa, and chosen. */
export function wornPoster(look: Look, text: PosterText, badges: readonly Badge[]): SampleImage {
  return {
    ratingKey: `upload://posters/${hashOf('worn', look, text, badges)}`,
    selected: true,
    mediaType: 'image/webp',
    read: drawnOnce(async () => await composeOverlay(await drawPoster(look, text), badges, posterCanvas)),
  }
}

/** The background of a film or show. */
export function background(look: Look, title: string): SampleImage {
  return {
    ratingKey: `metadata://art/${agent}_${hashOf('art', look, title)}`,
    provider: agent,
    selected: true,
    mediaType: 'image/jpeg',
    read: drawnOnce(() => drawArt(look, title)),
  }
}

/** Draws on the first request and keeps the picture; requests meanwhile wait for the same drawing. */
export function drawnOnce(draw: () => Promise<Buffer>): () => Promise<Uint8Array> {
  let drawing: Promise<Uint8Array> | null = null
  return () => {
    drawing ??= draw()
    return drawing
  }
}

/** Names a picture in Plex's list: as long as what it is made of stays the same, so does this. */
export function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(parts)).digest('hex')
}
