import { type ElementSink, ListingFault } from './listing-fault.ts'
import type { Container } from './scan/container-text.ts'
import { createXmlScanner } from './scan/element-scanner.ts'
import { createJsonScanner } from './scan/json-scanner.ts'

/** One item of a listing, verbatim. */
export interface ListedElement {
  ratingKey: string
  bytes: Buffer
}

/** The wanted part of one answer. */
export interface ListingCut {
  container: Container
  /** What `keep` said yes to, in Plex's order. */
  kept: ListedElement[]
  /** The first item that was not kept: what a decoy is made of. */
  firstOther: ListedElement | null
  /** Elements in this answer, kept or not. */
  scanned: number
}

export interface ListingReader {
  push(chunk: Buffer): void
  /** Throws ListingFault if the answer was cut off. */
  finish(): ListingCut
}

/** Kept elements of one listing in memory at most; 200 targets with their ancestors are about 6 MB. */
const maxKeptBytes = 128 * 1024 * 1024

/** Cuts the wanted items out of an answer, XML or JSON, whichever it turns out to be. Elements without a ratingKey are no items and go. */
export function createListingReader(keep: (ratingKey: string) => boolean): ListingReader {
  const kept: ListedElement[] = []
  let firstOther: ListedElement | null = null
  let scanned = 0
  let keptBytes = 0
  const sink: ElementSink = {
    element(view, start, end, ratingKey) {
      scanned += 1
      if (ratingKey === null) return
      const wanted = keep(ratingKey)
      if (!wanted && firstOther !== null) return
      const element = { ratingKey, bytes: Buffer.from(view.subarray(start, end)) }
      if (!wanted) {
        firstOther = element
        return
      }
      keptBytes += element.bytes.length
      if (keptBytes > maxKeptBytes)
        throw new ListingFault(`the scope's part of the listing exceeds ${maxKeptBytes} bytes`)
      kept.push(element)
    },
  }
  let scanner: { push(chunk: Buffer): void; end(): Container } | null = null

  return {
    push(chunk) {
      if (chunk.length === 0) return
      // Plex starts both formats with their first sign; a byte order mark belongs to XML.
      scanner ??= chunk[0] === openBrace ? jsonScanner(sink) : xmlScanner(sink)
      scanner.push(chunk)
    },
    finish() {
      if (scanner === null) throw new ListingFault('the answer of Plex is empty')
      return { container: scanner.end(), kept, firstOther, scanned }
    },
  }
}

const openBrace = 0x7b

function xmlScanner(sink: ElementSink) {
  const scanner = createXmlScanner(sink)
  return { push: scanner.push, end: (): Container => ({ format: 'xml', container: scanner.end() }) }
}

function jsonScanner(sink: ElementSink) {
  const scanner = createJsonScanner(sink)
  return { push: scanner.push, end: (): Container => ({ format: 'json', container: scanner.end() }) }
}
