import { sniffMediaType } from '../../../src/demo/sample-plex/nodes/media-type.ts'
import { parseMultipartType } from '../../../src/proxy/capture/multipart/content-type.ts'
import { MalformedMultipart, splitMultipart } from '../../../src/proxy/capture/multipart/split-multipart.ts'

const limits = { maxPartHeaderBytes: 64 * 1024, maxParts: 1_000 }

/** The first part that is a picture; null if there is none, or if the body is malformed. */
export async function imageInMultipart(contentType: string, body: Uint8Array): Promise<Uint8Array | null> {
  const type = parseMultipartType(contentType)
  if (type === null || 'problem' in type) return null
  const parts: Buffer[][] = []
  try {
    for await (const piece of splitMultipart(once(body), { ...limits, boundary: type.boundary })) {
      if (piece.kind === 'part') parts.push([])
      else if (piece.kind === 'data') parts.at(-1)?.push(piece.bytes)
    }
  } catch (error) {
    if (error instanceof MalformedMultipart) return null
    throw error
  }
  const pictures = parts.map((chunks) => Buffer.concat(chunks))
  return pictures.find((part) => sniffMediaType(part) !== undefined) ?? null
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}
