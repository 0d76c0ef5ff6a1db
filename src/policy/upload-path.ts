import { type ArtworkKind, artworkKindNamed } from '../contract/artwork-kinds.ts'
import { decodeValue, pairName, pairValue, type Resource } from './resource.ts'

export interface UploadPath {
  /** null when the path does not name a single item by a number. */
  ratingKey: string | null
  kind: ArtworkKind
}

/** The artwork that an upload path stores and its item; null for any other path. */
export function parseUploadPath(path: string): UploadPath | null {
  const parts = /^\/(?:library\/metadata|library\/collections|playlists)\/([^/]+)\/([A-Za-z]+)$/.exec(path)
  // python-plexapi uploads with the plural; its `select()` uses PUT with the singular.
  const kind = artworkKindNamed(parts?.[2] ?? '')
  const key = parts?.[1]
  if (kind === undefined || key === undefined) return null
  return { ratingKey: isRatingKey(key) ? key : null, kind }
}

/** The single item that a write is about, from its path or from `id=`, which Kometa's edits use. */
export function ratingKeyOf(resource: Resource): string | null {
  const inPath = /^\/(?:library\/metadata|library\/collections|playlists)\/(\d{1,18})(?:\/|$)/.exec(resource.path)?.[1]
  if (inPath !== undefined) return inPath
  const id = queryValue(resource, 'id')
  return id !== null && isRatingKey(id) ? id : null
}

/** The most items in one write; a larger batch can only be a mistake. */
const maxItems = 10_000

/** All items of a write about several items, `id=1,2,3`; empty for any other write. */
export function ratingKeysOf(resource: Resource): string[] {
  const keys = (queryValue(resource, 'id') ?? '').split(',')
  return keys.length > 1 && keys.length <= maxItems && keys.every(isRatingKey) ? keys : []
}

/** The section in a path, for the records. */
export function sectionOf(path: string): string | null {
  return /^\/(?:library|hubs)\/sections\/(\d{1,9})(?:\/|$)/.exec(path)?.[1] ?? null
}

/** The decoded value of the first pair with this name. */
export function queryValue(resource: Pick<Resource, 'pairs'>, name: string): string | null {
  const pair = resource.pairs.find((candidate) => pairName(candidate) === name)
  return pair === undefined ? null : decodeValue(pairValue(pair))
}

function isRatingKey(text: string): boolean {
  return /^\d{1,18}$/.test(text)
}
