import { node, type PlexNode } from '../nodes/node.ts'
import { type Entry, type ImageKind, updatedAtOf } from './entry.ts'
import type { SampleImage } from './model.ts'

const imageTypes: [ImageKind, string][] = [
  ['poster', 'coverPoster'],
  ['art', 'background'],
  ['clearLogo', 'clearLogo'],
  ['squareArt', 'backgroundSquare'],
]

export function imageNodes(entry: Entry): PlexNode[] {
  const nodes: PlexNode[] = []
  for (const [kind, type] of imageTypes) {
    const url = imagePath(entry, kind)
    if (url !== undefined)
      nodes.push(
        node('Image', {
          alt: entry.values.title,
          type: entry.type === 'episode' && kind === 'poster' ? 'snapshot' : type,
          url,
        }),
      )
  }
  return nodes
}

const listNames = {
  poster: 'posters',
  art: 'arts',
  clearLogo: 'clearLogos',
  squareArt: 'squareArts',
  banner: 'banners',
  theme: 'themes',
} as const

const pathNames: Record<ImageKind, string> = {
  poster: 'thumb',
  art: 'art',
  clearLogo: 'clearLogo',
  squareArt: 'squareArt',
  banner: 'banner',
  theme: 'theme',
}

export function imagesOf(entry: Entry, kind: ImageKind): readonly SampleImage[] {
  return entry.images?.[kind] ?? entry.values[listNames[kind]] ?? []
}

/** The one that Plex shows. */
export function shownImage(entry: Entry, kind: ImageKind): SampleImage | undefined {
  const images = imagesOf(entry, kind)
  return images.find((image) => image.selected === true) ?? images[0]
}

export function imagePath(entry: Entry, kind: ImageKind): string | undefined {
  if (shownImage(entry, kind) === undefined) return undefined
  return `/library/metadata/${entry.ratingKey}/${pathNames[kind]}/${updatedAtOf(entry)}`
}

export function ancestorImage(entry: Entry, kind: ImageKind): string | undefined {
  for (let at = entry.parent; at !== null; at = at.parent) {
    const path = imagePath(at, kind)
    if (path !== undefined) return path
  }
  return undefined
}
