import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { classifyRead } from '../../policy/classify-read.ts'
import type { PlexConnection } from '../upstream/connection.ts'
import { parsePoster } from '../upstream/server-answers.ts'
import { createContainerReader } from './read-container.ts'

/** How long one read may take: the check must not delay a finished job. */
const readTimeoutMs = 15_000
/** The largest poster whose bytes are compared. */
const maxImageBytes = 64 * 1024 * 1024
/** How many ratingKeys one read of metadata asks for. */
const itemsPerRead = 50

const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => value || null)
const tags = z
  .array(z.object({ tag: z.string() }))
  .nullish()
  .transform((list) => (list ?? []).map(({ tag }) => tag).sort())
const metadata = z.object({
  ratingKey: z.union([z.string(), z.number()]).transform(String),
  title: text,
  type: text,
  thumb: text,
  parentThumb: text,
  grandparentThumb: text,
  art: text,
  updatedAt: text,
  Label: tags,
  Collection: tags,
})

/** What Plex says about one item, limited to attributes that a run of Kometa could change. */
export interface ItemMetadata {
  title: string
  /** Seconds since 1970. */
  updatedAt: string | null
  thumb: string | null
  art: string | null
  labels: string[]
  collections: string[]
  /** Path of the poster that Plex shows: the item's own, or that of its season or show. */
  shown: string | null
}

export interface ItemPosters {
  /** Plex's own names of the offered posters, sorted. */
  offered: string[]
  selected: string | null
}

/** Reads the state of items and counts the requests. A read that fails rejects with an AppError (PLEX_*). */
export interface ItemStateReader {
  /** The items that Plex knows; an item that is missing from the map no longer exists. */
  metadata(ratingKeys: readonly string[]): Promise<Map<string, ItemMetadata>>
  posters(ratingKey: string): Promise<ItemPosters>
  /** SHA-256 of an image's bytes, hex. */
  imageHash(path: string): Promise<string>
  readonly requests: number
}

/** Asks Plex directly, not through the proxy. `signal` ends every read. */
export function createItemStateReader(connection: PlexConnection, signal: AbortSignal): ItemStateReader {
  const read = createContainerReader(connection, signal)
  let requests = 0

  async function elements(target: string): Promise<unknown[] | null> {
    requests += 1
    const { status, container } = await read(target, { timeoutMs: readTimeoutMs })
    if (status === 404) return null
    if (status !== 200 || !container) throw new AppError('PLEX_READ_FAILED', `Plex answered ${status} for ${target}`)
    return [...container.Metadata, ...container.Directory]
  }

  async function metadataOf(ratingKeys: readonly string[]): Promise<Map<string, ItemMetadata>> {
    // Without skipRefresh=1, a plain read makes Plex refresh the item (Plex API description 1.2.2).
    const found = await elements(`/library/metadata/${ratingKeys.join(',')}?skipRefresh=1`)
    if (found) return new Map(found.map(parseMetadata))
    if (ratingKeys.length === 1) return new Map()
    // Plex may answer 404 for the whole list because of one missing item.
    const singles = await Promise.all(ratingKeys.map((key) => metadataOf([key])))
    return new Map(singles.flatMap((one) => [...one]))
  }

  return {
    get requests() {
      return requests
    },
    async metadata(ratingKeys) {
      const all = new Map<string, ItemMetadata>()
      for (let start = 0; start < ratingKeys.length; start += itemsPerRead) {
        for (const [key, item] of await metadataOf(ratingKeys.slice(start, start + itemsPerRead))) all.set(key, item)
      }
      return all
    },
    async posters(ratingKey) {
      const found = (await elements(`/library/metadata/${ratingKey}/posters`)) ?? []
      const posters = found.flatMap((element) => parsePoster(element) ?? [])
      const nameOf = ({ ratingKey: name, key }: (typeof posters)[number]) => name ?? key
      const selected = posters.find((poster) => poster.selected)
      return { offered: posters.map(nameOf).sort(), selected: selected ? nameOf(selected) : null }
    },
    imageHash(path) {
      requests += 1
      return hashImage(connection, path, signal)
    },
  }
}

function parseMetadata(element: unknown): [string, ItemMetadata] {
  const parsed = metadata.safeParse(element)
  if (!parsed.success) throw new AppError('PLEX_READ_FAILED', 'Plex describes an item in a way that is not known')
  const { ratingKey, title, thumb, parentThumb, grandparentThumb, art, updatedAt, Label, Collection } = parsed.data
  const shown = thumb ?? parentThumb ?? grandparentThumb
  return [ratingKey, { title: title ?? '', updatedAt, thumb, art, labels: Label, collections: Collection, shown }]
}

async function hashImage(connection: PlexConnection, path: string, signal: AbortSignal): Promise<string> {
  const context = { section: () => undefined, listedArtwork: () => false }
  const verdict = classifyRead({ method: 'GET', rawResource: path, context })
  if (!verdict.ok)
    throw new AppError('PLEX_READ_FAILED', `the image that Plex names is no known read: ${verdict.reason}`)
  const hash = createHash('sha256')
  let bytes = 0
  let status = 0
  await connection.stream(
    {
      method: 'GET',
      resource: verdict.resource,
      headers: { accept: 'image/*', 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(readTimeoutMs)]),
    },
    (head) => {
      status = head.status
      return new Writable({
        write(chunk: Buffer, _encoding, done) {
          bytes += chunk.length
          hash.update(chunk)
          done(bytes > maxImageBytes ? new Error(`larger than ${maxImageBytes} bytes`) : null)
        },
      })
    },
  )
  if (status !== 200) throw new AppError('PLEX_READ_FAILED', `Plex answered ${status} for the image ${path}`)
  return hash.digest('hex')
}
