import { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { sniffMediaType } from '../nodes/media-type.ts'

/** The first part that is a picture; null without one or when the body cannot be read. */
export function imageInMultipart(contentType: string, body: Uint8Array): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    // A part without a filename is a file to us too.
    const parser = new Busboy({ headers: { 'content-type': contentType }, isPartAFile: () => true })
    parser.on('file', (_name, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => parts.push(Buffer.concat(chunks)))
    })
    parser.on('finish', () => resolve(parts.find((part) => sniffMediaType(part) !== undefined) ?? null))
    parser.on('error', () => resolve(null))
    Readable.from([Buffer.from(body)]).pipe(parser)
  })
}
