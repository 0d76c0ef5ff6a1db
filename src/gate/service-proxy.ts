import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
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
 * A read-only way to Tautulli, Radarr and the like on 127.0.0.1: GET on known reads goes on, made anew with few headers
 * and no body; everything else is blocked and recorded. They ask for their own API key, which Kometa has.
 */
export async function startServiceProxy(options: ServiceProxyOptions): Promise<ServiceProxy> {
  const { service } = options
  const origin = new URL(options.url)
  const prefix = trimEndOf(origin.pathname, '/')
  const isTls = origin.protocol === 'https:'
  const send = isTls ? httpsRequest : httpRequest
  const hostname = origin.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(origin.port || (isTls ? 443 : 80))
  const limits = { ...defaultServiceLimits, ...options.limits }
  const sockets = new Set<Socket>()

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    },
    (incoming, outgoing) => void handle(incoming, outgoing),
  )
  server.maxConnections = limits.maxConnections
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('connect', ({ method = '' }, socket) => refuseRaw(socket, method, 'it would open a tunnel'))
  server.on('upgrade', ({ method = '' }, socket) => refuseRaw(socket, method, 'it would open a tunnel'))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !('bytesRead' in socket) || socket.bytesRead === 0) socket.destroy()
    else refuseRaw(socket, '?', `it is not valid HTTP, or did not arrive in time (${error.code ?? ''})`)
  })

  /** What never becomes a request of ours goes nowhere, and is written down like one. */
  function refuseRaw(socket: Duplex, method: string, reason: string): void {
    socket.on('error', () => socket.destroy())
    const times = { timestamp: new Date().toISOString(), durationMs: 0 }
    options.onEntry({
      ...{
        ...times,
        method,
        host: service,
        port: 0,
        tls: false,
        path: '',
        verdict: 'block',
        reason,
        bytesUp: 0,
        bytesDown: 0,
      },
    })
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', () => socket.destroy())
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now()
    const [path = '', query = ''] = splitOnce(incoming.url ?? '')
    const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
    let recorded = false
    const record = (verdict: GateEntry['verdict'], reason: string, bytesDown = 0) => {
      if (recorded) return
      recorded = true
      options.onEntry({
        timestamp: new Date().toISOString(),
        method: incoming.method ?? '',
        host: `${service} ${below}`,
        port: 0,
        tls: false,
        path: '',
        verdict,
        reason,
        bytesUp: 0,
        bytesDown,
        durationMs: Math.round(performance.now() - started),
      })
    }
    const refuse = (status: number, reason: string) => {
      record('block', reason)
      outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      outgoing.end(JSON.stringify({ message: `Kometa Preview: ${reason}` }))
    }
    if (incoming.method !== 'GET') return refuse(403, `${service} is read only in a preview`)
    const hasBody = incoming.headers['content-length'] || incoming.headers['transfer-encoding']
    if (hasBody) return refuse(403, 'a GET has no body')
    const refusal = refusesRead(service, below, query)
    if (refusal !== null) return refuse(403, refusal)
    let addresses: LookupAddress[]
    try {
      addresses =
        isIP(hostname) === 0 ? await lookup(hostname, { all: true }) : [{ address: hostname, family: isIP(hostname) }]
      judgeService(hostname, addresses, port, options.plex)
    } catch (error) {
      if (error instanceof AddressRefused) return refuse(403, `${service}: ${error.message}`)
      return refuse(502, `${service} does not answer: its name is not known`)
    }

    const upstream = send({
      protocol: origin.protocol,
      hostname,
      port,
      // Dialled at the addresses that were judged: the name is not looked up again.
      lookup: (_host, { all }, done) =>
        all ? done(null, addresses) : done(null, addresses[0]?.address ?? '', addresses[0]?.family),
      method: 'GET',
      path: `${prefix}${below}${query === '' ? '' : `?${query}`}`,
      headers: pick(incoming, sentHeaders[service]),
      rejectUnauthorized: options.verifySsl,
    })
    upstream.setTimeout(limits.idleTimeoutMs, () => upstream.destroy(new Error('no answer for too long')))
    const connecting = setTimeout(() => upstream.destroy(new Error('no connection')), limits.connectTimeoutMs)
    upstream.once('socket', (socket) => {
      failOnReset(socket)
      if (!socket.connecting) clearTimeout(connecting)
      else socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
    })
    upstream.once('close', () => clearTimeout(connecting))
    // Who asked is gone: nobody waits for the answer.
    outgoing.once('close', () => upstream.destroy())
    upstream.on('response', (answer) => {
      const status = answer.statusCode ?? 502
      if (status >= 300 && status < 400) {
        // A redirect would lead Kometa past this proxy.
        answer.resume()
        if (wantsSignIn(service, answer.headers.location)) {
          return refuse(403, `${service} shows this to who has signed in alone, and a preview signs in nowhere`)
        }
        return refuse(502, `${service} sends elsewhere: give its final address in the config`)
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
    })
    upstream.on('error', (error) => {
      if (outgoing.headersSent) cutAnswer(outgoing)
      else refuse(502, `${service} does not answer: ${error.message}`)
    })
    upstream.end()
  }

  const listener = await listenOnLoopback(server, 0)
  const { port: ownPort } = server.address() as AddressInfo
  return {
    service,
    url: `http://127.0.0.1:${ownPort}`,
    door: createDoor(server, ownPort),
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]()
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function splitOnce(target: string): [string, string] {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

function pick({ headers }: IncomingMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])))
}
