import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { SaxesParser } from 'saxes'
import { request } from 'undici'
import { createMemoStore } from '../src/proxy/memo/memo-store.ts'
import { createReadLayers } from '../src/proxy/memo/read-layers.ts'
import { createListingReader } from '../src/proxy/scope/listing-reader.ts'
import type { ScopeReport } from '../src/proxy/scope/scope.ts'
import { type Format, listing } from './listing-data.ts'
import { serveWords } from './peer.ts'
import { startBenchProxy } from './start-proxy.ts'

/**
 * One measurement of the listing bench in a process of its own: `xml ITEMS`, `json ITEMS`, `saxes ITEMS`, `dropped ITEMS URL`
 * measure at once and say what came of it; `origin ITEMS` and `job ITEMS URL FOLDER` serve until they are let go.
 */
const [, , role = '', count = '', upstream = '', folder = ''] = process.argv
const items = Number(count)
const wanted = new Set(['7', '49000', '99999'].filter((key) => Number(key) < items))

export interface Scan {
  ms: number
  bytes: number
  found: number
}

function scan(format: Format): Scan {
  const reader = createListingReader((key) => wanted.has(key))
  let ms = 0
  let bytes = 0
  for (const chunk of listing(format, items)) {
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
  for (const chunk of listing('xml', items)) {
    bytes += chunk.length
    const startedAt = performance.now()
    parser.write(chunk.toString())
    ms += performance.now() - startedAt
  }
  return { ms, bytes, found }
}

/** A Plex that knows no narrower question, and whose answers stand ready, so that its own work is only to send them. */
async function serveListing(): Promise<string> {
  const whole = [...listing('xml', items)]
  const server = createServer((question, response) => {
    if (!question.url?.startsWith('/library/sections/1/all')) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8' })
    const size = Number(question.headers['x-plex-container-size'] ?? Number.NaN)
    const chunks = size < items ? [...listing('xml', size, items)] : whole
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

/** What a job has between Kometa and Plex, with everything loaded that the command loads. */
async function startJob(): Promise<{ url: string; report(): ScopeReport | undefined }> {
  await import('../src/cli/run.ts')
  const store = await createMemoStore(`${folder}/memory`)
  const targets = [...wanted].map((ratingKey) => ({
    ...{ ratingKey, type: 'movie' as const, sectionId: '1', title: `Film number ${ratingKey}`, addedAt: 1577880000 },
    ...{ parentTitle: null, grandparentTitle: null, parentRatingKey: null, grandparentRatingKey: null },
    ...{ labels: [], thumb: null },
  }))
  let layers: ReturnType<typeof createReadLayers> | undefined
  const { proxy } = await startBenchProxy(upstream, folder, ({ connection, recorder }) => {
    layers = createReadLayers({ connection, recorder, store, serverId: 'bench', targets, ancestors: [], scope: 'on' })
    return layers.wrapReads
  })
  void layers?.start()
  return { url: proxy.url, report: () => layers?.scope?.report() }
}

/** The floor: a program that reads the same bytes with the same client and drops them. */
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
  xml: () => scan('xml'),
  json: () => scan('json'),
  saxes: parseWithSaxes,
  dropped: dropAll,
}
if (role === 'origin') serveWords({ url: await serveListing() }, {})
else if (role === 'job') {
  const job = await startJob()
  // What was allocated while loading is let go as in a job, which waits for Kometa meanwhile.
  await wait(200)
  serveWords(
    { url: job.url, startBytes: process.memoryUsage().rss },
    {
      peak: peakBytes,
      strategy: () => job.report()?.scope_strategy,
    },
  )
} else {
  const measure = measures[role]
  if (!measure) throw new Error(`nothing is called "${role}"`)
  serveWords({ ...(await measure()), startBytes, peakBytes: peakBytes() }, {})
}
