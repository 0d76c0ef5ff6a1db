import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { createPlexConnection } from '../src/plex/upstream.ts'
import { createListingReader } from '../src/proxy/scope/listing-reader.ts'
import { listingTarget } from '../src/proxy/scope/narrow.ts'
import { readListing } from '../src/proxy/scope/read-listing.ts'

/**
 * How fast a listing is cut down to the scope, and in how much memory: 100,000 items of about 2.6 KB, in chunks as undici hands
 * them over. Run: `npx tsx bench/scope-filter.ts [items]`. Each figure is from a process of its own.
 */
const items = Number(process.argv[2] ?? 100_000)
const rounds = 5
const itemBytes = 2_570
const chunkBytes = 65_536
const targets = ['7', '49000', '99999']

const modes = {
  scan: 'the scanner alone, XML',
  json: 'the scanner alone, JSON',
  http: 'over loopback HTTP, from request to cut',
  saxes: 'saxes, for comparison, a tenth of it',
} as const
type Mode = keyof typeof modes

interface Figures {
  ms: number
  bytes: number
  found: number
  peakRssBytes: number
  startRssBytes: number
}

function xmlItem(key: number): string {
  const head = `<Video ratingKey="${key}" key="/library/metadata/${key}" guid="plex://movie/5d776825880197001ec90${key}" studio="A Studio" type="movie" title="Film number ${key}" contentRating="PG" summary="`
  const tail = `" rating="7.1" audienceRating="8.2" year="1999" thumb="/library/metadata/${key}/thumb/1600000000" art="/library/metadata/${key}/art/1600000000" duration="5400000" originallyAvailableAt="1999-03-31" addedAt="1577880000" updatedAt="1600000000">\n<Media id="${key}" duration="5400000" bitrate="9000" width="1920" height="1080" aspectRatio="1.78" audioChannels="6" audioCodec="eac3" videoCodec="h264" videoResolution="1080" container="mkv">\n<Part id="${key}" key="/library/parts/${key}/1600000000/file.mkv" duration="5400000" file="/media/Film ${key} (1999).mkv" size="5400000000" container="mkv"/>\n</Media>\n<Genre tag="Drama"/>\n<Genre tag="Comedy"/>\n<Country tag="France"/>\n<Director tag="A Director"/>\n<Writer tag="A Writer"/>\n<Role tag="First Actor"/>\n<Role tag="Second Actor"/>\n<Role tag="Third Actor"/>\n</Video>\n`
  const summary = 'A plot with &quot;quotes&quot;, Caf&#233;s &amp; turns! Who did it? It goes on. '.repeat(40)
  const room = Math.max(0, itemBytes - head.length - tail.length)
  // Never cut inside an entity.
  return head + summary.slice(0, summary.lastIndexOf(' ', room)).padEnd(room, '.') + tail
}

function jsonItem(key: number): string {
  const rest = {
    key: `/library/metadata/${key}`,
    type: 'movie',
    title: `Film number ${key}`,
    Genre: [{ tag: 'Drama' }],
    Media: [{ id: key, Part: [{ id: key }] }],
  }
  return JSON.stringify({
    ratingKey: String(key),
    ...rest,
    summary: 'A plot with "quotes" & turns. '.repeat(100).slice(0, itemBytes - 250),
  })
}

/** The listing in chunks, made block by block so that it never stands in memory. */
function* listing(json: boolean): Generator<Buffer> {
  const open = json
    ? `{"MediaContainer":{"size":${items},"totalSize":${items},"Metadata":[`
    : `<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="${items}" totalSize="${items}" offset="0" librarySectionID="1">\n`
  yield Buffer.from(open)
  const perBlock = 500
  for (let from = 0; from < items; from += perBlock) {
    const parts = Array.from({ length: Math.min(perBlock, items - from) }, (_, index) =>
      json ? jsonItem(from + index) : xmlItem(from + index),
    )
    const text = json ? (from === 0 ? '' : ',') + parts.join(',') : parts.join('')
    const block = Buffer.from(text)
    for (let at = 0; at < block.length; at += chunkBytes) yield block.subarray(at, at + chunkBytes)
  }
  yield Buffer.from(json ? ']}}' : '</MediaContainer>\n')
}

function scan(json: boolean): { ms: number; bytes: number; found: number } {
  const wanted = new Set(targets)
  const reader = createListingReader((key) => wanted.has(key))
  let ms = 0
  let bytes = 0
  for (const chunk of listing(json)) {
    bytes += chunk.length
    const startedAt = performance.now()
    reader.push(chunk)
    ms += performance.now() - startedAt
  }
  const { kept, scanned } = reader.finish()
  if (scanned !== items) throw new Error(`${scanned} of ${items} items were seen`)
  return { ms, bytes, found: kept.length }
}

function parseWithSaxes(): { ms: number; bytes: number; found: number } {
  const wanted = new Set(targets)
  const parser = new SaxesParser()
  let found = 0
  parser.on('opentag', ({ attributes }) => {
    if (wanted.has(String(attributes.ratingKey ?? ''))) found += 1
  })
  let ms = 0
  let bytes = 0
  for (const chunk of listing(false)) {
    bytes += chunk.length
    if (bytes > (items * itemBytes) / 10) break
    const startedAt = performance.now()
    parser.write(chunk.toString())
    ms += performance.now() - startedAt
  }
  return { ms, bytes, found }
}

async function overHttp(): Promise<{ ms: number; bytes: number; found: number }> {
  const server = fork(fileURLToPath(import.meta.url), [String(items)], {
    execArgv: process.execArgv,
    env: { ...process.env, BENCH_MODE: 'server' },
  })
  try {
    const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(Number(message))))
    await using connection = createPlexConnection({
      url: `http://127.0.0.1:${port}`,
      token: 'bench',
      verifySsl: true,
      clientIdentifier: 'bench',
    })
    const target = listingTarget('/library/sections/1/all', ['includeGuids=1', 'type=1'], [])
    if (target === null) throw new Error('the listing is no known read')
    const wanted = new Set(targets)
    const startedAt = performance.now()
    const page = { start: 0, size: items }
    const answer = await readListing(connection, {
      target,
      headers: { accept: '*/*' },
      page,
      keep: (key) => wanted.has(key),
    })
    const ms = performance.now() - startedAt
    if (!answer.ok) throw new Error('no listing')
    return { ms, bytes: answer.listing.wireBytes, found: answer.listing.kept.length }
  } finally {
    server.kill()
  }
}

/** The server's chunks stand ready, so that its own work is only to send them. */
function serve(): void {
  const chunks = [...listing(false)]
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8' })
    let next = 0
    const send = (): void => {
      while (next < chunks.length) if (!response.write(chunks[next++])) return void response.once('drain', send)
      response.end()
    }
    send()
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

async function measure(mode: Mode): Promise<void> {
  const startRssBytes = process.memoryUsage().rss
  const figures = mode === 'http' ? await overHttp() : mode === 'saxes' ? parseWithSaxes() : scan(mode === 'json')
  process.send?.({ ...figures, startRssBytes, peakRssBytes: process.resourceUsage().maxRSS * 1024 } satisfies Figures)
}

async function inOwnProcess(mode: Mode): Promise<Figures> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [String(items)], {
    execArgv: process.execArgv,
    env: { ...process.env, BENCH_MODE: mode },
  })
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Figures))
    child.once('exit', (code) => reject(new Error(`the measuring process ended with ${code}`)))
  })
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const mb = (bytes: number): string => (bytes / 1_000_000).toFixed(0)

async function main(): Promise<void> {
  const results = new Map<Mode, Figures[]>()
  const names = Object.keys(modes) as Mode[]
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of names.toSorted(() => Math.random() - 0.5))
      results.set(mode, [...(results.get(mode) ?? []), await inOwnProcess(mode)])
  }
  const lines = names.map((mode) => {
    const all = results.get(mode) ?? []
    const bytes = all[0]?.bytes ?? 0
    const ms = median(all.map((one) => one.ms))
    const peak = median(all.map((one) => one.peakRssBytes))
    const start = median(all.map((one) => one.startRssBytes))
    return `${modes[mode].padEnd(42)} ${mb(bytes).padStart(4)} MB ${ms.toFixed(0).padStart(6)} ms ${(bytes / ms / 1000).toFixed(0).padStart(6)} MB/s   peak ${mb(peak)} MB (${mb(start)} MB at start)`
  })
  process.stdout.write(
    `${lines.join('\n')}\nload average ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')}, medians of ${rounds} rounds\n`,
  )
}

const mode = process.env.BENCH_MODE
if (mode === undefined) await main()
else if (mode === 'server') serve()
else await measure(mode as Mode)
