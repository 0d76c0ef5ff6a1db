import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A request with the bytes that Node's parser saw. */
export interface Arrived {
  method: string
  target: string
  /** Names and values as sent, in their order. */
  headerNames: string[]
  headers: Record<string, string | string[] | undefined>
  /** Request line and headers, rebuilt from the parser's result. */
  rawHead: Buffer
  bodyBytes: number
}

export interface TinyPlex extends AsyncDisposable {
  url: string
  journal: Arrived[]
  /** Number of connections since the start. */
  connections(): number
}

/** Answers one request. A request without an answer gets an empty MediaContainer. */
export type TinyAnswer = (req: IncomingMessage, res: ServerResponse) => boolean | undefined

export const sectionMetaXml = `<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer size="0" totalSize="3"><Meta><Type key="/library/sections/1/all?type=1" type="movie" title="Movies" active="1">
<Filter filter="genre" filterType="string" key="/library/sections/1/genre" title="Genre" type="filter" />
<Filter filter="resolution" filterType="string" key="/library/sections/1/resolution?type=1" title="Resolution" type="filter" />
<Filter filter="unwatched" filterType="boolean" key="/library/sections/1/unwatched" title="Unplayed" type="filter" />
<Filter filter="refresh" filterType="string" key="/library/sections/1/refresh" title="A trap" type="filter" />
<Field key="title" title="Title" type="string" /><Field key="show.label" title="Label" type="tag" />
<Field key="decade" title="Decade" type="integer" /><Field key="having" title="A trap" type="string" />
<Field key="audienceRating" title="Rating" type="integer" /><Field key="hdr" title="HDR" type="boolean" />
</Type></Meta></MediaContainer>`

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : []))
  return Buffer.from(`${[`${method} ${url} HTTP/${httpVersion}`, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
}

/** The smallest Plex that records its requests. */
export async function startTinyPlex(answer: TinyAnswer = () => undefined): Promise<TinyPlex> {
  const journal: Arrived[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const listener: RequestListener = (req, res) => {
    const entry: Arrived = {
      method: req.method ?? '',
      target: req.url ?? '',
      headerNames: req.rawHeaders.filter((_, index) => index % 2 === 0),
      headers: req.headers,
      rawHead: headOf(req),
      bodyBytes: 0,
    }
    journal.push(entry)
    req.on('data', (chunk: Buffer) => {
      entry.bodyBytes += chunk.length
    })
    if (answer(req, res)) return
    const xml = req.url?.includes('includeMeta=1') ? sectionMetaXml : '<MediaContainer size="0"></MediaContainer>'
    res.writeHead(200, { 'Content-Type': 'text/xml;charset=utf-8', 'Content-Length': Buffer.byteLength(xml) }).end(xml)
  }
  const server = createServer({ maxHeaderSize: 200_000 }, listener)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    journal,
    connections: () => connections,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
