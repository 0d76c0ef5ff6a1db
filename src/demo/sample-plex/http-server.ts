import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { type Call, pagingOf, type Route, type Server, value } from './call.ts'
import type { Journal, JournalEntry } from './model/journal.ts'
import { done, notFound, type Reply, type WrittenReply, writeReply } from './nodes/reply.ts'
import { queryPairs } from './query/query.ts'
import { findRoute } from './routes/routes.ts'

export interface HttpOptions {
  port: number
  pathPrefix: string
  allowWithoutToken: boolean
  /** Compresses for clients that accept it, like newer servers. */
  gzip: boolean
  delayMs: number
  perItemDelayMs: number
}

/** Uploads larger than this get 413. */
const maxBodyBytes = 128 * 1024 * 1024
const keepAliveTimeoutMs = 20_000

/** Puts the sample Plex on a port of the loopback address; rejects when the port is taken. */
export async function listen(
  server: Server,
  routes: readonly Route[],
  journal: Journal,
  options: HttpOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const followers = new WeakMap<Socket, { next(): Buffer | null }>()
  const http: NodeServer = createServer((request, response) => {
    const rawHead = followers.get(request.socket)?.next() ?? Buffer.alloc(0)
    const entry = journal.add({ method: request.method ?? '', target: request.url ?? '', rawHead })
    answer({ server, routes, journal, options }, request, response, entry).catch((error: unknown) => {
      // The client has gone, or a route has a bug. Neither may look like an answer.
      if (!response.headersSent && !response.destroyed)
        response.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error))
      else response.destroy()
    })
  })
  http.keepAliveTimeout = keepAliveTimeoutMs
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    followers.set(socket, journal.follow(socket))
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = http.address() as AddressInfo

  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface Answering {
  server: Server
  routes: readonly Route[]
  journal: Journal
  options: HttpOptions
}

async function answer(
  world: Answering,
  request: IncomingMessage,
  response: ServerResponse,
  entry: JournalEntry,
): Promise<void> {
  const { journal, options } = world
  const body = await readBody(request)
  if (body === null) {
    response.writeHead(413, { Connection: 'close' }).end()
    return
  }
  journal.body(entry, body)
  const call = callOf(request, body, options.pathPrefix)
  const reply = call === null ? notFound : await replyTo(world, call, entry)
  const listed = reply.kind === 'items' ? reply.entries.length : 0
  const waitMs = options.delayMs + options.perItemDelayMs * listed
  if (waitMs > 0) await delay(waitMs)
  const written = writeReply(reply, wantsJson(request))
  entry.status = written.status
  await send(request, response, { written, gzip: options.gzip }, entry)
}

async function replyTo(world: Answering, call: Call, entry: JournalEntry): Promise<Reply> {
  const { server, routes } = world
  if (call.path !== '/identity' && !isTrusted(world, call)) return { kind: 'empty', status: 401 }
  if (call.method === 'OPTIONS') return done
  const isRead = call.method === 'GET' || call.method === 'HEAD'
  const found = findRoute(routes, isRead ? 'GET' : call.method, call.path)
  entry.isWrite = !isRead || found?.route.changes === true
  if (found !== null) return found.route.handle(call, server, found.parts)
  if (isRead) return notFound
  server.store.record(`${call.method} ${call.resource}`)
  return done
}

function isTrusted({ server, options }: Answering, call: Call): boolean {
  const header = call.headers['x-plex-token']
  const token = typeof header === 'string' ? header : value(call, 'X-Plex-Token')
  return token === server.token || (token === undefined && options.allowWithoutToken)
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { written, gzip }: { written: WrittenReply; gzip: boolean },
  entry: JournalEntry,
): Promise<void> {
  const headers: Record<string, string> = {
    'X-Plex-Protocol': '1.0',
    'Content-Type': written.mediaType,
    'Cache-Control': 'no-cache',
  }
  const isHead = request.method === 'HEAD'
  const zip = gzip && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') && /xml|json/.test(written.mediaType)
  if (zip) headers['Content-Encoding'] = 'gzip'
  if (written.body instanceof Uint8Array) {
    const body = zip ? gzipSync(written.body) : written.body
    entry.answerBytes = isHead ? 0 : body.length
    // One write sends head and body: two packets cost the client 40 ms of delayed acknowledgement per answer.
    response.writeHead(written.status, { ...headers, 'Content-Length': String(body.length) })
    response.end(isHead ? undefined : body)
    return
  }
  response.writeHead(written.status, headers)
  if (isHead) {
    response.end()
    return
  }
  const source = Readable.from(counted(written.body, entry))
  if (zip) await pipeline(source, createGzip(), response)
  else await pipeline(source, response)
}

function* counted(pieces: Iterable<string>, entry: JournalEntry): Generator<Buffer> {
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    entry.answerBytes += bytes.length
    yield bytes
  }
}

function wantsJson(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes('application/json')
}

function callOf(request: IncomingMessage, body: Uint8Array, prefix: string): Call | null {
  const url = request.url ?? '/'
  if (!url.startsWith(prefix)) return null
  const resource = url.slice(prefix.length)
  const at = resource.indexOf('?')
  const pairs = at < 0 ? [] : queryPairs(resource.slice(at + 1))
  const path = at < 0 ? resource : resource.slice(0, at)
  return {
    method: request.method ?? 'GET',
    path,
    resource,
    pairs,
    headers: request.headers,
    body,
    paging: pagingOf(request.headers, pairs),
  }
}

/** Null if the body exceeds the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes > maxBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
