import {
  createItemStateReader,
  type ItemMetadata,
  type ItemPosters,
  type ItemStateReader,
} from '../../plex/items/item-state.ts'
import { inTurns } from '../../util/in-turns.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { JobServer } from '../inputs/connect-servers.ts'

/** Our reads of one server that run at once. It is a small number, since Kometa's own reads come first. */
const parallelReads = 4

/** An item whose state is compared. */
export interface WatchedItem {
  /** machineIdentifier. */
  server: string
  rating_key: string
}

/** The state of one item at one time. A field that is undefined could not be read. */
export interface ItemFingerprint extends WatchedItem {
  title: string
  /** False when Plex does not know the item. */
  exists: boolean | null
  updatedAt: string | null | undefined
  thumb: string | null | undefined
  art: string | null | undefined
  labels: string[] | undefined
  collections: string[] | undefined
  posters: string[] | undefined
  selected_poster: string | null | undefined
  /** SHA-256 of the poster that Plex shows; null if it shows none. */
  poster_sha256: string | null | undefined
}

/** The state of all items of a job at one time. */
export interface Fingerprint {
  started_at: string
  ended_at: string
  requests: number
  items: ItemFingerprint[]
  /** Why fields are missing, in words, each once. */
  failures: string[]
}

export interface FingerprintOptions {
  signal: AbortSignal
  /** Hashes of images that have just been read, by `<server> <path>`. */
  knownImages?: ReadonlyMap<string, string>
}

/**
 * Asks Plex itself for the state of these items, in at most 8 requests for a target and its parents. Never rejects:
 * what cannot be read is missing, and `failures` says why.
 */
export async function readFingerprint(
  servers: readonly Pick<JobServer, 'id' | 'connection'>[],
  watched: readonly WatchedItem[],
  { signal, knownImages }: FingerprintOptions,
): Promise<Fingerprint> {
  const started_at = new Date().toISOString()
  const failures = new Set<string>()
  const attempt = async <T>(reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading
    } catch (error) {
      failures.add(signal.aborted ? 'the job was cancelled' : messageOf(error))
      return undefined
    }
  }
  let requests = 0
  const perServer = servers.map(async ({ id, connection }) => {
    const keys = [...new Set(watched.filter(({ server }) => server === id).map(({ rating_key }) => rating_key))]
    if (keys.length === 0) return []
    const reader = createItemStateReader(connection, signal)
    const known = await attempt(reader.metadata(keys))
    const hashOf = createImageHashes(id, reader, knownImages)
    const items = await inTurns(keys, parallelReads, async (key) => {
      const metadata = known?.get(key)
      if (!metadata)
        return describe({ server: id, rating_key: key }, known ? false : null, undefined, undefined, undefined)
      const [posters, hash] = await Promise.all([
        attempt(reader.posters(key)),
        metadata.shown === null ? null : attempt(hashOf(metadata.shown)),
      ])
      return describe({ server: id, rating_key: key }, true, metadata, posters, hash)
    })
    requests += reader.requests
    return items
  })
  const items = (await Promise.all(perServer)).flat()
  return { started_at, ended_at: new Date().toISOString(), requests, items, failures: [...failures] }
}

/** Hashes each image once: seasons and episodes may show their parent's poster. */
function createImageHashes(server: string, reader: ItemStateReader, known: ReadonlyMap<string, string> | undefined) {
  const hashes = new Map<string, Promise<string>>()
  return (path: string): Promise<string> => {
    const earlier = known?.get(`${server} ${path}`)
    const hash = hashes.get(path) ?? (earlier === undefined ? reader.imageHash(path) : Promise.resolve(earlier))
    hashes.set(path, hash)
    return hash
  }
}

function describe(
  item: WatchedItem,
  exists: boolean | null,
  metadata: ItemMetadata | undefined,
  posters: ItemPosters | undefined,
  hash: string | null | undefined,
): ItemFingerprint {
  return {
    ...item,
    title: metadata?.title ?? '',
    exists,
    updatedAt: metadata?.updatedAt,
    thumb: metadata?.thumb,
    art: metadata?.art,
    labels: metadata?.labels,
    collections: metadata?.collections,
    posters: posters?.offered,
    selected_poster: posters?.selected,
    poster_sha256: hash,
  }
}
