import { type ElementSink, ListingFault } from './listing-fault.ts'
import { createXmlScanner, type XmlContainer } from './scan/element-scanner.ts'

/** One item of a listing, byte for byte. */
export interface ListedElement {
  ratingKey: string
  bytes: Buffer
}

/** The wanted part of one answer. */
export interface ListingCut {
  container: XmlContainer
  /** The items that `keep` accepted, in Plex's order. */
  kept: ListedElement[]
  /** The first item that was not kept; it can become a decoy. */
  firstOther: ListedElement | null
  /** Number of elements in this answer, kept or not. */
  scanned: number
}

export interface ListingReader {
  push(chunk: Buffer): void
  /** Throws ListingFault if the answer was cut off. */
  finish(): ListingCut
}

/** The most bytes of kept elements in memory; 200 targets with their ancestors are about 6 MB. */
const maxKeptBytes = 128 * 1024 * 1024

/** Extracts the wanted items from an XML answer. Elements without a ratingKey are not items and are left out. */
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
  const scanner = createXmlScanner(sink)
  let isEmpty = true

  return {
    push(chunk) {
      if (chunk.length > 0) isEmpty = false
      scanner.push(chunk)
    },
    finish() {
      if (isEmpty) throw new ListingFault('the answer of Plex is empty')
      return { container: scanner.end(), kept, firstOther, scanned }
    },
  }
}
