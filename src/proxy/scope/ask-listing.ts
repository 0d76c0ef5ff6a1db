import { isCloseDelimited, type PlexConnection } from '../../plex/upstream/connection.ts'
import type { AllowedResource } from '../../policy/classify-read.ts'
import type { OwnListing } from '../ledger/proxy-recorder.ts'
import { ListingFault } from './listing-fault.ts'
import { type Listing, type ListingAnswer, readListing } from './read-listing.ts'

/** Headers of a client's read that affect Plex's answer. */
export type ListingHeaders = Readonly<Record<string, string>>

export interface ListingQuestion {
  resource: AllowedResource
  headers: ListingHeaders
  /** null = without paging, as the client asked; Plex then sends the whole listing. */
  size: number | null
  keep(ratingKey: string): boolean
}

/** Asks Plex for listings and counts requests and bytes. */
export interface ListingAsker {
  ask(question: ListingQuestion): Promise<ListingAnswer>
  readonly requests: number
  readonly bytes: number
}

/** More items than any listing has, and a number that every server accepts. */
export const everything = 10_000_000
/** The most pages of one answer, for a server that sends less than was asked for. */
const maxPages = 10_000

/** Creates an asker. `recorded` is called for the ledger with each request that Plex answered. */
export function createListingAsker(
  connection: PlexConnection,
  signal: AbortSignal | undefined,
  recorded: (asked: OwnListing) => void,
): ListingAsker {
  let requests = 0
  let bytes = 0

  async function askPage(question: ListingQuestion, start: number, size: number | null): Promise<ListingAnswer> {
    requests += 1
    const startedAt = performance.now()
    const { resource: target, headers, keep } = question
    const page = size === null ? null : { start, size }
    const answer = await readListing(connection, { resource: target, headers, page, keep, ...(signal && { signal }) })
    const received = answer.ok ? answer.listing.wireBytes : answer.answer.body.length
    bytes += received
    const { head } = answer.ok ? answer.listing : answer.answer
    const durationMs = performance.now() - startedAt
    recorded({ target, status: head.status, bytes: received, durationMs, closeDelimited: isCloseDelimited(head) })
    return answer
  }

  return {
    get requests() {
      return requests
    },
    get bytes() {
      return bytes
    },
    async ask(question) {
      const first = await askPage(question, 0, question.size)
      if (!first.ok || question.size === null) return first
      let { listing } = first
      // A server may send less than was asked for; the rest is then read page by page.
      for (let page = 1; wantsMore(listing, question.size); page += 1) {
        if (page >= maxPages) throw new ListingFault('the listing does not end')
        const next = await askPage(question, listing.scanned, question.size - listing.scanned)
        if (!next.ok) return next
        if (next.listing.scanned === 0)
          throw new ListingFault(`Plex counts ${listing.total} items and sends ${listing.scanned}`)
        listing = joinPages(listing, next.listing)
      }
      return { ok: true, listing }
    },
  }
}

function wantsMore(listing: Listing, size: number): boolean {
  return listing.scanned < Math.min(size, listing.total)
}

function joinPages(first: Listing, next: Listing): Listing {
  return {
    ...first,
    kept: [...first.kept, ...next.kept],
    firstOther: first.firstOther ?? next.firstOther,
    scanned: first.scanned + next.scanned,
    total: Math.max(first.total, next.total),
    wireBytes: first.wireBytes + next.wireBytes,
  }
}
