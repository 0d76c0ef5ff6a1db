import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SaxesParser } from 'saxes'
import { request } from 'undici'
import { createListingReader } from '../src/proxy/scope/listing-reader.ts'
import { listing, wantedOf } from './listing-data.ts'
import { serveWords } from './peer.ts'

/**
 * One measurement of the listing bench in a separate process. `xml ITEMS`, `saxes ITEMS` and `dropped ITEMS URL`
 * measure right away and send the result; `origin ITEMS` serves the listing until the bench disconnects.
 */
const [, , role = '', count = '', upstream = ''] = process.argv
const items = Number(count)
const wanted = wantedOf(items)

export interface Scan {
  ms: number
  bytes: number
  found: number
}

function scan(): Scan {
  const reader = createListingReader((key) => wanted.has(key))
  let ms = 0
  let bytes = 0
  for (const chunk of listing(items)) {
    bytes += chunk.length
    const startedAt = performance.now()
    reader.push(chunk)
    ms += performance.now() - startedAt
  }
  const { kept, scanned } = reader.finish()
  if (scanned !== items) throw new Error(`${scanned} of ${items} items were seen`)
  return { ms, bytes, found: kept.length }
}

function parseWithSaxes(): Scan {
  const parser = new SaxesParser()
  let found = 0
  parser.on('opentag', ({ attributes }) => {
    if (wanted.has(String(attributes.ratingKey ?? ''))) found += 1
  })
  let ms = 0
  let bytes = 0
  for (const chunk of listing(items)) {
    bytes += chunk.length
    const startedAt = performance.now()
    parser.write(chunk.toString())
    ms += performance.now() - startedAt
  }
  return { ms, bytes, found }
}

/** A Plex that does not support narrower questions. Its answers are made beforehand, so it only has to send them. */
async function serveListing(): Promise<string> {
  const whole = [...listing(items)]
  const server = createServer((question, response) => {
    const isListing = question.url?.startsWith('/library/sections/1/all') && !question.url.includes('includeMeta')
    if (!isListing) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8' })
    const size = Number(question.headers['x-plex-container-size'] ?? Number.NaN)
    const chunks = size < items ? [...listing(size, items)] : whole
    let next = 0
    const send = (): void => {
      while (next < chunks.length) if (!response.write(chunks[next++])) return void response.once('drain', send)
      response.end()
    }
    send()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The lowest cost that is possible: the same client reads the same bytes and drops them. */
async function dropAll(): Promise<Scan> {
  const startedAt = performance.now()
  const { body } = await request(`${upstream}/library/sections/1/all`, {
    headers: { 'x-plex-container-size': String(items) },
  })
  let bytes = 0
  for await (const chunk of body) bytes += (chunk as Buffer).length
  return { ms: performance.now() - startedAt, bytes, found: 0 }
}

const peakBytes = () => process.resourceUsage().maxRSS * 1024
const startBytes = process.memoryUsage().rss
const measures: Record<string, () => Scan | Promise<Scan>> = {
  xml: scan,
  saxes: parseWithSaxes,
  dropped: dropAll,
}
if (role === 'origin') serveWords({ url: await serveListing() }, {})
else {
  const measure = measures[role]
  if (!measure) throw new Error(`nothing is called "${role}"`)
  serveWords({ ...(await measure()), startBytes, peakBytes: peakBytes() }, {})
}
