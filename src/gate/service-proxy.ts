import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, isIP, type Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import type { ServiceName } from '../config/read/services.ts'
import { cutAnswer } from '../util/net/cut.ts'
import { createDoor, type Door } from '../util/net/door.ts'
import { listenOnLoopback } from '../util/net/loopback.ts'
import { AddressRefused } from '../util/net/public-address.ts'
import { failOnReset } from '../util/net/resets.ts'
import { trimEndOf } from '../util/trim-end.ts'
import { hasErrorCode } from '../util/unknown-error.ts'
import type { GateEntry } from './gate-entries.ts'
import { judgeService, type PlexPlace } from './judge-service.ts'
import { refusesRead, sentHeaders, wantsSignIn } from './service-reads.ts'

export interface ServiceLimits {
  /** Until a connection to the service stands. */
  connectTimeoutMs: number
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number
  /** Without a byte from the service; Radarr's whole list of films is some 50 MB. */
  idleTimeoutMs: number
  maxConnections: number
}

const defaultServiceLimits: ServiceLimits = {
  connectTimeoutMs: 15_000,
  headersTimeoutMs: 60_000,
  idleTimeoutMs: 120_000,
  maxConnections: 64,
}

export interface ServiceProxyOptions {
  service: ServiceName
  /** The user's own address of the service, with its path prefix if it has one. */
  url: string
  verifySsl: boolean
  /** The job's Plex servers: a service that "lives" there would be a way past the list of reads. */
  plex: readonly PlexPlace[]
  limits?: Partial<ServiceLimits>
  onEntry(entry: GateEntry): void
}

export interface ServiceProxy extends AsyncDisposable {
  service: ServiceName
  /** What stands in the run config instead of the user's address. */
  url: string
  /** For a Kometa in a network namespace of its own. */
  door: Door
}

/**
 * A read-only way to Tautulli, Radarr and the like on 127.0.0.1. GET on known reads goes on, rebuilt with few headers
 * and no body; everything else is blocked and recorded. The services ask for their own API key, which Kometa has.
 */
export async function startServiceProxy(options: ServiceProxyOptions): Promise<ServiceProxy> {
  const limits = { ...defaultServiceLimits, ...options.limits }
  const origin = originOf(options.url)
  const sockets = new Set<Socket>()
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    },
    (incoming, outgoing) => void handleRead({ ...options, limits }, origin, incoming, outgoing),
  )
  server.maxConnections = limits.maxConnections
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  refuseAllElse(server, options)
  const listener = await listenOnLoopback(server, 0)
  const { port } = server.address() as AddressInfo
  return {
    service: options.service,
    url: `http://127.0.0.1:${port}`,
    door: createDoor(server, port),
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]()
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Where a service is, by the user's own address. */
interface Origin {
  isTls: boolean
  hostname: string
  port: number
  /** What stands before every path; '' for most. */
  prefix: string
}

function originOf(address: string): Origin {
  const url = new URL(address)
  const isTls = url.protocol === 'https:'
  return {
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (isTls ? 443 : 80)),
    prefix: trimEndOf(url.pathname, '/'),
  }
}

/** What of a request stands in its entry. */
function entryOf(method: string, place: string, outcome: Pick<GateEntry, 'verdict' | 'reason'>): GateEntry {
  const nothing = { bytesUp: 0, bytesDown: 0, durationMs: 0 }
  return {
    timestamp: new Date().toISOString(),
    method,
    host: place,
    port: 0,
    tls: false,
    path: '',
    ...nothing,
    ...outcome,
  }
}

/** What never becomes a request goes nowhere, and is written down as requests are. */
function refuseAllElse(server: Server, { service, onEntry }: ServiceProxyOptions): void {
  const refuse = (socket: Duplex, method: string, reason: string): void => {
    socket.on('error', () => socket.destroy())
    onEntry(entryOf(method, service, { verdict: 'block', reason }))
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', () => socket.destroy())
  }
  server.on('connect', ({ method = '' }, socket) => refuse(socket, method, 'it would open a tunnel'))
  server.on('upgrade', ({ method = '' }, socket) => refuse(socket, method, 'it would open a tunnel'))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (hasErrorCode(error, 'ECONNRESET') || !('bytesRead' in socket) || socket.bytesRead === 0) socket.destroy()
    else refuse(socket, '?', `it is not valid HTTP, or did not arrive in time (${error.code ?? ''})`)
  })
}

type HandleOptions = ServiceProxyOptions & { limits: ServiceLimits }

/** The answer to one request, and its one entry. */
interface Reply {
  outgoing: ServerResponse
  /** Writes the entry down; only the first time counts. */
  record(verdict: GateEntry['verdict'], reason: string, bytesDown?: number): void
  refuse(status: number, reason: string): void
}

function createReply(
  { service, onEntry }: ServiceProxyOptions,
  below: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Reply {
  const started = performance.now()
  let isRecorded = false
  const record: Reply['record'] = (verdict, reason, bytesDown = 0) => {
    if (isRecorded) return
    isRecorded = true
    const durationMs = Math.round(performance.now() - started)
    const entry = entryOf(incoming.method ?? '', `${service} ${below}`, { verdict, reason })
    onEntry({ ...entry, bytesDown, durationMs })
  }
  return {
    outgoing,
    record,
    refuse(status, reason) {
      record('block', reason)
      outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      outgoing.end(JSON.stringify({ message: `Kometa Preview: ${reason}` }))
    },
  }
}

async function handleRead(
  options: HandleOptions,
  origin: Origin,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { service } = options
  const { hostname, port, prefix } = origin
  const [path = '', query = ''] = splitOnce(incoming.url ?? '')
  const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
  const reply = createReply(options, below, incoming, outgoing)
  if (incoming.method !== 'GET') return reply.refuse(403, `${service} is read only in a preview`)
  const hasBody = incoming.headers['content-length'] || incoming.headers['transfer-encoding']
  if (hasBody) return reply.refuse(403, 'a GET has no body')
  const refusal = refusesRead(service, below, query)
  if (refusal !== null) return reply.refuse(403, refusal)
  let addresses: LookupAddress[]
  try {
    addresses =
      isIP(hostname) === 0 ? await lookup(hostname, { all: true }) : [{ address: hostname, family: isIP(hostname) }]
    judgeService(hostname, addresses, port, options.plex)
  } catch (error) {
    if (error instanceof AddressRefused) return reply.refuse(403, `${service}: ${error.message}`)
    return reply.refuse(502, `${service} does not answer: its name is not known`)
  }
  const upstreamPath = `${prefix}${below}${query === '' ? '' : `?${query}`}`
  const headers = pick(incoming, sentHeaders[service])
  const upstream = openRead(options, origin, { addresses, path: upstreamPath, headers })
  // A client that is gone waits for no answer.
  outgoing.once('close', () => upstream.destroy())
  upstream.on('response', (answer) => passOn(service, answer, reply))
  upstream.on('error', (error) => {
    if (outgoing.headersSent) cutAnswer(outgoing)
    else reply.refuse(502, `${service} does not answer: ${error.message}`)
  })
  upstream.end()
}

function openRead(
  { limits, verifySsl }: HandleOptions,
  { isTls, hostname, port }: Origin,
  { addresses, path, headers }: { addresses: LookupAddress[]; path: string; headers: Record<string, string> },
): ClientRequest {
  const send = isTls ? httpsRequest : httpRequest
  const upstream = send({
    ...{ hostname, port, path, headers },
    protocol: isTls ? 'https:' : 'http:',
    method: 'GET',
    rejectUnauthorized: verifySsl,
    // Dialled at the addresses that were judged: the name is not looked up again.
    lookup: (_host, { all }, done) =>
      all ? done(null, addresses) : done(null, addresses[0]?.address ?? '', addresses[0]?.family),
  })
  upstream.setTimeout(limits.idleTimeoutMs, () => upstream.destroy(new Error('no answer for too long')))
  const connecting = setTimeout(() => upstream.destroy(new Error('no connection')), limits.connectTimeoutMs)
  upstream.once('socket', (socket) => {
    failOnReset(socket)
    if (!socket.connecting) clearTimeout(connecting)
    else socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
  })
  upstream.once('close', () => clearTimeout(connecting))
  return upstream
}

function passOn(service: ServiceName, answer: IncomingMessage, { outgoing, record, refuse }: Reply): void {
  const status = answer.statusCode ?? 502
  if (status >= 300 && status < 400) {
    // A redirect would lead Kometa past this proxy.
    answer.resume()
    const asksToSignIn = wantsSignIn(service, answer.headers.location)
    if (asksToSignIn) refuse(403, `${service} shows this only to users who have signed in; a preview signs in nowhere`)
    else refuse(502, `${service} sends elsewhere: give its final address in the config`)
    return
  }
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  outgoing.writeHead(status, pick(answer, ['content-type', 'content-length', 'content-encoding']))
  answer.once('error', () => cutAnswer(outgoing))
  pipeline(answer, outgoing, (error) => {
    record('pass', error ? error.message : '', bytes)
  })
}

function splitOnce(target: string): [string, string] {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

function pick({ headers }: IncomingMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])))
}
