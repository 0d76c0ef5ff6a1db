import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const

/** Decodes a Content-Encoding; rejects when the body does not match it or grows past `maxBytes`. */
export async function decodeBody(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase()
  if (name === undefined || name === '' || name === 'identity' || body.length === 0) return body
  if (!isKnown(name)) throw new Error(`unknown content encoding ${name}`)
  return decoders[name](body, { maxOutputLength: maxBytes })
}

function isKnown(name: string): name is keyof typeof decoders {
  return Object.hasOwn(decoders, name)
}
