import { createHash } from 'node:crypto'
import sharp, { type Sharp } from 'sharp'
import { demoFile } from '../demo-file.ts'
import type { SampleImage } from '../sample-plex/model/model.ts'
import { markWebp } from '../sample-renderer/drawing/mark-webp.ts'

const movieAgent = 'tv.plex.agents.movie'
const seriesAgent = 'tv.plex.agents.series'
const posterSize = { width: 1000, height: 1500 } as const
const wideSize = { width: 1920, height: 1080 } as const
/** Size of the committed wide pictures, which the stills are cut from. */
const committedWide = { width: 960, height: 540 } as const
const jpegQuality = 88
const wornQuality = 90
const blurSigma = 24

/** A poster of the same motif that another hand could have made. */
export type PosterVariant = 'grey' | 'turned'

/** The poster that Plex got from its agent, as JPEG. `name` is a file in files/posters. */
export function agentPoster(name: string, selected: boolean, variant?: PosterVariant): SampleImage {
  const draw = () => {
    const poster = posterOf(name)
    if (variant === 'grey') return poster.grayscale()
    return variant === 'turned' ? poster.modulate({ hue: 150 }) : poster
  }
  return { ...agentImage('posters', movieAgent, [name, variant ?? ''], draw), selected }
}

/** A smaller poster that a user uploaded, as PNG. */
export function uploadedPoster(name: string): SampleImage {
  return {
    ratingKey: `upload://posters/${hashOf('upload', name)}`,
    selected: false,
    mediaType: 'image/png',
    read: madeOnce(() => posterOf(name).resize(600, 900).png().toBuffer()),
  }
}

/** The poster with badges that an earlier overlay run left: chosen, and with Kometa's overlay mark. */
export function wornPoster(name: string): SampleImage {
  return {
    ratingKey: `upload://posters/${hashOf('worn', name)}`,
    selected: true,
    mediaType: 'image/webp',
    read: madeOnce(async () => markWebp(await posterOf(`${name}-worn`).webp({ quality: wornQuality }).toBuffer())),
  }
}

/** The background of a film: its poster, out of focus. */
export function filmBackground(name: string): SampleImage {
  return agentImage('art', movieAgent, [name], () =>
    sharp(demoFile(`posters/${name}.avif`))
      .resize({ ...wideSize, position: 'top' })
      .blur(blurSigma),
  )
}

/** The background of a show. `name` is a file in files/wide. */
export function showBackground(name: string): SampleImage {
  return agentImage('art', seriesAgent, [name], () => wide(name).resize(wideSize))
}

/** The still of an episode: each episode shows another part of its show's background. */
export function episodeStill(name: string, season: number, episode: number): SampleImage {
  const part = createHash('sha1').update(`${name} ${season} ${episode}`).digest()
  const zoom = 0.45 + (part.readUInt8(0) / 255) * 0.3
  const width = Math.round(committedWide.width * zoom)
  const height = Math.round(committedWide.height * zoom)
  const left = Math.round((committedWide.width - width) * (part.readUInt8(1) / 255))
  const top = Math.round((committedWide.height - height) * (part.readUInt8(2) / 255))
  return agentImage('thumbs', seriesAgent, [name, season, episode], () =>
    wide(name).extract({ left, top, width, height }).resize(wideSize),
  )
}

function agentImage(folder: string, agent: string, of: readonly unknown[], draw: () => Sharp): SampleImage {
  return {
    ratingKey: `metadata://${folder}/${agent}_${hashOf(folder, ...of)}`,
    provider: agent,
    selected: true,
    mediaType: 'image/jpeg',
    read: madeOnce(() => draw().jpeg({ quality: jpegQuality }).toBuffer()),
  }
}

const posterOf = (name: string) => sharp(demoFile(`posters/${name}.avif`)).resize(posterSize)
const wide = (name: string) => sharp(demoFile(`wide/${name}.avif`))

/** Makes the picture at the first request and keeps it; requests in the meantime wait for the same picture. */
function madeOnce(make: () => Promise<Buffer>): () => Promise<Uint8Array> {
  let picture: Promise<Uint8Array> | null = null
  return () => {
    picture ??= make()
    return picture
  }
}

function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(parts)).digest('hex')
}
