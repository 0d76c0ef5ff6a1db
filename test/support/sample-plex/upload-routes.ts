import { artworkKinds, artworkTable, type KeptKind } from '../../../src/contract/artwork-kinds.ts'
import { type Call, type Route, type Server, value } from '../../../src/demo/sample-plex/call.ts'
import { digest, type Entry } from '../../../src/demo/sample-plex/model/entry.ts'
import { imagesOf } from '../../../src/demo/sample-plex/model/images.ts'
import type { SampleImage } from '../../../src/demo/sample-plex/model/model.ts'
import { sniffMediaType } from '../../../src/demo/sample-plex/nodes/media-type.ts'
import { done, notFound, type Reply } from '../../../src/demo/sample-plex/nodes/reply.ts'
import { keptKindNamed } from '../../../src/demo/sample-plex/routes/item-routes.ts'
import { badRequest, withEntry } from './edit-routes.ts'
import { imageInMultipart } from './multipart-image.ts'

const kindPath = /^\/library\/(?:metadata|collections)\/(\d+)\/([A-Za-z]+)$/

const names = artworkKinds.flatMap((kind) => [kind, artworkTable[kind].list])

export const uploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: kindPath,
    handle: (call, server, [key, name]) => upload(call, server, key, keptKindNamed(name)),
  },
  {
    method: 'PUT',
    path: new RegExp(`^/library/metadata/(\\d+)/(${names.join('|')})$`),
    handle: select,
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/library/metadata/(\\d+)/(${artworkKinds.join('|')})$`),
    handle: (_call, server, [key, name]) =>
      withEntry(server, key, (entry) => {
        const kind = keptKindNamed(name)
        if (kind === undefined) return
        entry.images = { ...entry.images, [kind]: [] }
        server.store.change(entry, {})
      }),
  },
]

async function upload(call: Call, server: Server, key: string | undefined, kind: KeptKind | undefined): Promise<Reply> {
  const entry = server.store.entries.get(key ?? '')
  if (entry === undefined) return notFound
  if (kind === undefined) {
    server.store.record(`POST ${call.path}`)
    return done
  }
  const url = value(call, 'url')
  const bytes = call.body.length > 0 ? await bodyImage(call) : url === undefined ? null : await imageBehind(url, server)
  if (bytes === null) {
    // Plex answers 200 even if it cannot read the address. The item keeps its picture.
    server.store.record(`POST ${call.path} without an image`)
    return url === undefined ? badRequest : done
  }
  keep(entry, kind, bytes, call.resource)
  server.store.change(entry, {})
  return done
}

function keep(entry: Entry, kind: KeptKind, bytes: Uint8Array, target: string): void {
  const mediaType = sniffMediaType(bytes) ?? 'image/jpeg'
  const ratingKey = uploadKey(kind, bytes)
  const others = imagesOf(entry, kind)
    .filter((image) => image.ratingKey !== ratingKey)
    .map((image) => ({ ...image, selected: false }))
  const image: SampleImage = { ratingKey, mediaType, selected: true, read: () => bytes }
  // Plex lists uploads before the pictures of its agents.
  entry.images = { ...entry.images, [kind]: [image, ...others] }
  entry.uploads ??= []
  entry.uploads.push({ kind, bytes, sha256: digest('sha256', bytes), mediaType, target })
}

/** The ratingKey that Plex makes of the uploaded bytes. */
function uploadKey(kind: KeptKind, bytes: Uint8Array): string {
  return `upload://${artworkTable[kind].list}/${digest('sha1', bytes)}`
}

async function bodyImage(call: Call): Promise<Uint8Array | null> {
  const type = call.headers['content-type'] ?? ''
  return type.startsWith('multipart/') ? imageInMultipart(type, call.body) : call.body
}

/** Chooses one of the item's pictures: `PUT .../poster?url=upload%3A%2F%2F...`. */
function select(call: Call, server: Server, [key, name]: readonly string[]): Reply {
  const kind = keptKindNamed(name)
  const url = value(call, 'url')
  return withEntry(server, key, (entry) => {
    if (kind === undefined) return
    const images = imagesOf(entry, kind)
    if (images.some((image) => image.ratingKey === url)) {
      entry.images = {
        ...entry.images,
        [kind]: images.map((image) => ({ ...image, selected: image.ratingKey === url })),
      }
    }
    server.store.change(entry, {})
  })
}

const fetchTimeoutMs = 5_000

/** Reads the picture at an address like Plex, but only on this machine. */
async function imageBehind(url: string, _server: Server): Promise<Uint8Array | null> {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !/^(?:127\.0\.0\.1|localhost)$/.test(parsed.hostname)) return null
  try {
    const answer = await fetch(parsed, { signal: AbortSignal.timeout(fetchTimeoutMs), redirect: 'error' })
    if (!answer.ok) return null
    const bytes = new Uint8Array(await answer.arrayBuffer())
    return sniffMediaType(bytes) === undefined ? null : bytes
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}
