import type { ImageType } from '../../../contract/kinds.ts'
import { describeNonImage, sniffBytes, sniffImage } from '../../../images/sniff.ts'
import type { TemporaryFile } from '../temporary-file.ts'
import { decodeBase64 } from './base64.ts'
import { parseMultipartType } from './content-type.ts'
import type { PartHeaders } from './part-headers.ts'
import { MalformedMultipart } from './split-multipart.ts'

export interface PartContent {
  images: { file: TemporaryFile; type: ImageType }[]
  /** Whether the part holds bytes that are in none of these images. */
  moreThanImages: boolean
  /** Parts without an image, in words. */
  others: string[]
}

export interface ReadPartOptions {
  /** null when the body has as many files as it may have. */
  openFile: () => Promise<TemporaryFile> | null
  /** Opens a multipart body inside this one; null when it lies too deep. */
  readInner: ((body: AsyncIterable<Uint8Array>, boundary: string) => Promise<PartContent>) | null
}

/** How many bytes of a part are held in memory to tell what it is. */
const partHeadBytes = 512
const maxClaimChars = 100

/**
 * Reads one part to its end: an image becomes a file, a multipart body inside is split in turn, anything else is
 * described in words.
 */
export async function readPart(
  data: AsyncIterable<Uint8Array>,
  headers: PartHeaders,
  number: number,
  { openFile, readInner }: ReadPartOptions,
): Promise<PartContent> {
  let { head, chunks } = await peek(data)
  // A part that is an image is taken as it is, whatever its Content-Transfer-Encoding claims.
  if (sniffImage(head) === null && headers.transferEncoding === 'base64') {
    ;({ head, chunks } = await peek(decodeBase64(chunks)))
  }
  const type = sniffImage(head)
  const inner = parseMultipartType(headers.contentType)
  const nested = readInner && inner !== null && 'boundary' in inner ? inner.boundary : null
  const file = type !== null || nested !== null ? await openFile() : null
  if (file && type !== null) {
    await save(chunks, file)
    return { images: [{ file, type }], moreThanImages: false, others: [] }
  }
  if (file && readInner && nested !== null) {
    // Not in the `try`: when the body around this part is broken, that is no fault of the part.
    await save(chunks, file)
    try {
      return await readInner(file.stream(), nested)
    } catch (error) {
      if (!(error instanceof MalformedMultipart)) throw error
      return { images: [], moreThanImages: true, others: [`part ${number} is malformed multipart: ${error.message}`] }
    } finally {
      await file.discard()
    }
  }
  let bytes = 0
  for await (const chunk of chunks) bytes += chunk.length
  return { images: [], moreThanImages: bytes > 0, others: [describe(number, headers, head)] }
}

async function save(chunks: AsyncIterable<Uint8Array>, file: TemporaryFile): Promise<void> {
  for await (const chunk of chunks) await file.write(chunk)
  await file.finish()
}

/** The first bytes of a stream, and the whole stream again. */
async function peek(source: AsyncIterable<Uint8Array>): Promise<{ head: Buffer; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let gathered = 0
  while (gathered < Math.max(sniffBytes, partHeadBytes)) {
    const step = await iterator.next()
    if (step.done === true) break
    first.push(step.value)
    gathered += step.value.length
  }
  const start = Buffer.concat(first)
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start
    for (;;) {
      const step = await iterator.next()
      if (step.done === true) return
      yield step.value
    }
  }
  return { head: start.subarray(0, partHeadBytes), chunks: all() }
}

/** The words for a part without an image. Its headers only serve to describe it: they never make an image of it. */
function describe(number: number, headers: PartHeaders, head: Buffer): string {
  const claims: string[] = []
  if (headers.filename) claims.push(`"${readable(headers.filename)}"`)
  if (headers.contentType) claims.push(readable(headers.contentType))
  return `part ${number}${claims.length > 0 ? ` (${claims.join(', ')})` : ''} holds ${describeNonImage(head)}`
}

/** Header bytes as text for a log: UTF-8, short, without control characters. */
function readable(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8').replace(/\p{C}/gu, '?').slice(0, maxClaimChars)
}
