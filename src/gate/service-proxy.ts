import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { createDoor, type Door } from '../util/door.ts'
import type { GateEntry } from './gate.ts'
import { refusesRead, type ServiceName } from './service-reads.ts'

/** Radarr's whole list of films is some 50 MB. */
const idleTimeoutMs = 120_000

export interface ServiceProxyOptions {
  service: ServiceName
  /** The user's own address of the service, with its path prefix if it has one. */
  url: string
  verifySsl: boolean
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
 * A read-only way to Tautulli, Radarr or Sonarr on 127.0.0.1: GET on known reads goes on, made anew with four headers
 * and no body; everything else is blocked and recorded. They ask for their own API key, which Kometa has.
 */
export async function startServiceProxy(options: ServiceProxyOptions): Promise<ServiceProxy> {
  const { service } = options
  const origin = new URL(options.url)
  const prefix = origin.pathname.replace(/\/+$/, '')
  const send = origin.protocol === 'https:' ? httpsRequest : httpRequest
  const sockets = new Set<Socket>()

  const server = createServer((incoming, outgoing) => handle(incoming, outgoing))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('connect', (_incoming, socket) => socket.destroy())
  server.on('upgrade', (_incoming, socket) => socket.destroy())

  function handle(incoming: IncomingMessage, outgoing: ServerResponse) {
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
    if (incoming.headers['content-length'] || incoming.headers['transfer-encoding'])
      return refuse(403, 'a GET has no body')
    const refusal = refusesRead(service, below, query)
    if (refusal !== null) return refuse(403, refusal)

    const upstream = send({
      protocol: origin.protocol,
      hostname: origin.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: origin.port || (origin.protocol === 'https:' ? 443 : 80),
      method: 'GET',
      path: `${prefix}${below}${query === '' ? '' : `?${query}`}`,
      headers: pick(incoming, ['accept', 'user-agent', 'x-api-key', 'accept-language']),
      rejectUnauthorized: options.verifySsl,
    })
    upstream.setTimeout(idleTimeoutMs, () => upstream.destroy(new Error('no answer for too long')))
    upstream.on('response', (answer) => {
      const status = answer.statusCode ?? 502
      if (status >= 300 && status < 400) {
        // A redirect would lead Kometa past this proxy.
        answer.resume()
        return refuse(502, `${service} sends elsewhere: give its final address in the config`)
      }
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      outgoing.writeHead(status, pick(answer, ['content-type', 'content-length', 'content-encoding']))
      pipeline(answer, outgoing, (error) => {
        record('pass', error ? error.message : '', bytes)
      })
    })
    upstream.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy()
      else refuse(502, `${service} does not answer: ${error.message}`)
    })
    upstream.end()
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    service,
    url: `http://127.0.0.1:${port}`,
    door: createDoor(server, port),
    async [Symbol.asyncDispose]() {
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
