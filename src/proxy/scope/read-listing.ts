import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { PlexConnection, PlexResponseHead } from '../../plex/upstream/connection.ts'
import type { AllowedResource } from '../../policy/classify-read.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import { ListingFault } from './listing-fault.ts'
import { createListingReader, type ListingCut } from './listing-reader.ts'
import { writtenCounts } from './scan/container-text.ts'

export interface Listing extends ListingCut {
  head: PlexResponseHead
  /** Number of items without paging, according to Plex. */
  total: number
  /** Bytes of the body as received over the network. */
  wireBytes: number
}

/** Plex answered with a status other than 200. Kometa gets this answer. */
export interface OtherAnswer {
  head: PlexResponseHead
  body: Buffer
}

export type ListingAnswer = { ok: true; listing: Listing } | { ok: false; answer: OtherAnswer }

export interface ListingRead {
  resource: AllowedResource
  /** Without paging and accept-encoding, which `readListing` sets itself. */
  headers: Readonly<Record<string, string>>
  /** null = the client did not page; Plex's container then has no totalSize. */
  page: { start: number; size: number } | null
  keep(ratingKey: string): boolean
  signal?: AbortSignal
}

/** The largest decoded listing, enough for 1.5 million items. A larger one is a decompression bomb. */
const maxListingBytes = 4 * 1024 * 1024 * 1024
/** The largest part of an error page that is kept. */
const maxOtherBytes = 1024 * 1024

/**
 * Asks Plex for one listing and extracts the wanted items while it arrives, so memory grows only with the kept items.
 * Rejects with ListingFault when the answer is cut off or its counts are wrong, otherwise with the connection's own
 * error.
 */
export async function readListing(connection: PlexConnection, read: ListingRead): Promise<ListingAnswer> {
  const reader = createListingReader(read.keep)
  const other: Buffer[] = []
  let head: PlexResponseHead = { status: 0, headers: {} }
  let decoded: Promise<void> = Promise.resolve()
  let wireBytes = () => bytes
  let bytes = 0

  const receive = (chunk: Buffer): void => {
    bytes += chunk.length
    if (head.status === 200) {
      if (bytes > maxListingBytes) throw new ListingFault(`the listing is larger than ${maxListingBytes} bytes`)
      reader.push(chunk)
    } else if (bytes <= maxOtherBytes) {
      other.push(chunk)
    }
  }
  const wire = { method: 'GET', resource: read.resource, headers: headersOf(read) } as const
  const streamed = connection.stream({ ...wire, ...(read.signal && { signal: read.signal }) }, (answered) => {
    head = answered
    const decoder = decoderFor(answered.headers['content-encoding'])
    if (decoder === null) return writableOf(receive)
    if (decoder === 'unknown') return writableOf(refuseEncoding)
    decoded = pipeline(decoder, writableOf(receive))
    // The pipeline destroys the decoder, so its failure also arrives there; `decoded` is awaited again below.
    decoded.catch(() => undefined)
    wireBytes = () => decoder.bytesWritten
    return decoder
  })
  try {
    await streamed
    await decoded
  } catch (error) {
    throw isUndecodable(error) ? new ListingFault('the answer of Plex says gzip and is none', { cause: error }) : error
  }
  if (head.status !== 200) return { ok: false, answer: { head, body: Buffer.concat(other) } }
  const cut = reader.finish()
  return { ok: true, listing: { ...cut, head, wireBytes: wireBytes(), total: totalOf(cut, read.page) } }
}

function headersOf({ headers, page }: ListingRead): Record<string, string> {
  // No compression: on a local network, bytes cost less than the server's CPU time. A compressed answer is still
  // decoded.
  const asked: Record<string, string> = { ...headers, 'accept-encoding': 'identity' }
  if (page === null) return asked
  return { ...asked, 'x-plex-container-start': String(page.start), 'x-plex-container-size': String(page.size) }
}

/** Number of items in the whole answer. Throws if Plex's count differs from what it sent: the answer is incomplete. */
function totalOf({ container, scanned }: ListingCut, page: ListingRead['page']): number {
  const { size, totalSize } = writtenCounts(container)
  if (size !== null && size !== scanned) throw new ListingFault(`Plex counts ${size} items and sends ${scanned}`)
  const sent = (page?.start ?? 0) + scanned
  return Math.max(totalSize ?? sent, scanned > 0 ? sent : 0)
}

function decoderFor(encoding: string | string[] | undefined) {
  switch (
    String(encoding ?? '')
      .trim()
      .toLowerCase()
  ) {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return 'unknown'
  }
}

/** zlib's own messages ("incorrect header check") do not help a user. */
const isUndecodable = (error: unknown): boolean => /^(Z_|ERR__ERROR_)/.test(errorCodeOf(error))

function refuseEncoding(): never {
  throw new ListingFault('the answer of Plex is in an encoding that nobody asked for')
}

function writableOf(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        take(chunk)
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}
