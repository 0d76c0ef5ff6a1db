import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createListingReader } from '../../src/proxy/scope/listing-reader.ts'
import { listingResource } from '../../src/proxy/scope/narrow.ts'
import { readListing } from '../../src/proxy/scope/read-listing.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

const chunkBytes = 65_536
const itemBytes = 2_600

/** A block of whole items that is sent repeatedly, so that the input takes no memory of its own. */
function block(items: number): Buffer {
  return Buffer.from(
    Array.from({ length: items }, (_, index) => {
      const head = `<Video ratingKey="${1_000 + index}" title="Film" summary="`
      const tail = '"><Media id="1"><Part id="1"/></Media></Video>\n'
      return head + 'x'.repeat(itemBytes - head.length - tail.length) + tail
    }).join(''),
  )
}

const open = (items: number) =>
  Buffer.from(`<?xml version="1.0"?>\n<MediaContainer size="${items}" totalSize="${items}">\n`)
const close = Buffer.from('</MediaContainer>\n')

/** Bytes held by buffers outside V8's heap after the scanner has read this much. */
function bytesHeldAfter(megabytes: number): { growth: number; scanned: number } {
  const items = block(400)
  const rounds = Math.ceil((megabytes * 1_000_000) / items.length)
  const reader = createListingReader((key) => key === '1000')
  reader.push(open(rounds * 400))
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < items.length; at += chunkBytes) reader.push(items.subarray(at, at + chunkBytes))
  }
  reader.push(close)
  const growth = process.memoryUsage().arrayBuffers - before
  const { scanned, kept } = reader.finish()
  expect(kept).toHaveLength(rounds)
  return { growth, scanned }
}

describe('memory does not grow with the listing', () => {
  test('the scanner uses no buffer except its window and what is kept', () => {
    const small = bytesHeldAfter(13)
    const large = bytesHeldAfter(130)
    expect(large.scanned).toBeGreaterThan(small.scanned * 9)
    // Only the wanted items, 2.6 KB each.
    const kept = (large.scanned / 400) * itemBytes
    expect(large.growth).toBeLessThan(kept + 2 * 1024 * 1024)
  })

  test('a listing of 130 MB over HTTP leaves no more behind than one of 13 MB', { timeout: 60_000 }, async () => {
    const items = block(400)
    const server = createServer((request, response) => {
      const rounds = Number(new URL(request.url ?? '', 'http://x').searchParams.get('type'))
      response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8' })
      response.write(open(rounds * 400))
      let round = 0
      const send = (): void => {
        while (round < rounds) {
          round += 1
          if (!response.write(items)) {
            response.once('drain', send)
            return
          }
        }
        response.end(close)
      }
      send()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const connection = connectToSeenPlex({ url, token: 't', verifySsl: true, clientIdentifier: 'tests' })
    const read = async (rounds: number) => {
      const target = listingResource('/library/sections/1/all', [`type=${rounds}`], [])
      if (target === null) throw new Error('no known read')
      const page = { start: 0, size: 1_000_000 }
      let peak = 0
      const keep = (key: string) => {
        if (key === '1001') peak = Math.max(peak, process.memoryUsage().arrayBuffers)
        return false
      }
      const answer = await readListing(connection, { resource: target, headers: {}, page, keep })
      expect(answer.ok && answer.listing.scanned).toBe(rounds * 400)
      return peak
    }
    try {
      await read(13)
      const before = process.memoryUsage().arrayBuffers
      const peak = await read(125)
      // V8 collects dead chunks only after about 32 MB of them, however long the listing is.
      expect(peak - before).toBeLessThan(64 * 1024 * 1024)
    } finally {
      await connection[Symbol.asyncDispose]()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
