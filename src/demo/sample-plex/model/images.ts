import { artworkTable, type KeptKind, keptKinds } from '../../../contract/artwork-kinds.ts'
import { node, type PlexNode } from '../nodes/node.ts'
import { type Entry, updatedAtOf } from './entry.ts'
import type { SampleImage } from './model.ts'

export function imageNodes(entry: Entry): PlexNode[] {
  const nodes: PlexNode[] = []
  for (const kind of keptKinds) {
    const type = artworkTable[kind].imageType
    const url = imagePath(entry, kind)
    if (type !== null && url !== undefined)
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

export function imagesOf(entry: Entry, kind: KeptKind): readonly SampleImage[] {
  return entry.images?.[kind] ?? entry.values[artworkTable[kind].list] ?? []
}

/** The picture that Plex shows. */
export function shownImage(entry: Entry, kind: KeptKind): SampleImage | undefined {
  const images = imagesOf(entry, kind)
  return images.find((image) => image.selected === true) ?? images[0]
}

export function imagePath(entry: Entry, kind: KeptKind): string | undefined {
  if (shownImage(entry, kind) === undefined) return undefined
  return `/library/metadata/${entry.ratingKey}/${artworkTable[kind].shownAt}/${updatedAtOf(entry)}`
}

export function ancestorImage(entry: Entry, kind: KeptKind): string | undefined {
  for (let at = entry.parent; at !== null; at = at.parent) {
    const path = imagePath(at, kind)
    if (path !== undefined) return path
  }
  return undefined
}
