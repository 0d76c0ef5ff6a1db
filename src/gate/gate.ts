import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createDoor, type Door } from '../util/net/door.ts'
import { hasErrorCode } from '../util/unknown-error.ts'
import { createGateEntries, type GateEntries } from './gate-entries.ts'
import { defaultGateLimits, type GateLimits, type GateOptions } from './gate-options.ts'
import { handlePlainRequest } from './plain-request.ts'
import { parseAbsolute } from './request-line.ts'
import { type GateContext, handleConnect } from './tunnel.ts'
import { createWays } from './ways.ts'

/** How often Node looks for requests that are past their time. */
const checkIntervalMs = 1_000

export interface Gate extends AsyncDisposable {
  port: number
  /** The HTTPS_PROXY and HTTP_PROXY of Kometa. It holds the job's credential, and belongs in no log. */
  proxyUrl: string
  credential: string
  /** For a Kometa in a network namespace of its own. */
  door: Door
}

/**
 * The outbound gate: an HTTP proxy on 127.0.0.1 for one job. CONNECT is tunnelled and not decrypted, plain HTTP is
 * forwarded, and a refusal leads nowhere, whichever way it is told. A client without the job's credential gets 407: no
 * other process may use the gate.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const limits = { ...defaultGateLimits, ...options.limits }
  const credential = randomBytes(24).toString('base64url')
  const sockets = new Set<Duplex>()
  const entries = createGateEntries(options.onEntry)
  const context: GateContext = {
    ...{ options, limits, entries, ways: createWays(options, limits) },
    credential: Buffer.from(`Basic ${Buffer.from(`preview:${credential}`).toString('base64')}`),
    keepTrack(socket) {
      if (sockets.has(socket)) return
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      // A peer that goes away is an ordinary end of a tunnel; its entry says how many bytes passed.
      socket.on('error', () => socket.destroy())
    },
  }
  const server = createGateServer(limits)
  server.on('connection', (socket) => context.keepTrack(socket))
  server.on('request', (incoming, outgoing) => void handlePlainRequest(context, incoming, outgoing))
  server.on('connect', (incoming, socket, head) => {
    context.keepTrack(socket)
    void handleConnect(context, incoming, socket as Socket, head)
  })
  refuseAllElse(server, entries)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    credential,
    door: createDoor(server, port),
    proxyUrl: `http://preview:${credential}@127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      entries.closeAll()
    },
  }
}

function createGateServer(limits: GateLimits): Server {
  const server = createServer({
    keepAliveTimeout: 30_000,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: Math.max(limits.headersTimeoutMs, limits.idleTimeoutMs),
    connectionsCheckingInterval: Math.min(checkIntervalMs, limits.headersTimeoutMs),
  })
  server.maxConnections = limits.maxConnections
  return server
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/** Upgrades and bytes that are not HTTP lead nowhere, and are written down as requests are. */
function refuseAllElse(server: Server, entries: GateEntries): void {
  const refuse = (socket: Duplex, method: string, host: string, reason: string): void => {
    const open = entries.open({ method, host, port: 0, tls: false })
    open.entry.reason = reason
    open.close()
    if (socket.writable) socket.end(badRequest, () => socket.destroy())
    else socket.destroy()
  }
  server.on('upgrade', ({ method = '', url = '' }, socket) => {
    refuse(socket, method, parseAbsolute(url)?.hostname ?? '', 'an upgrade would open a tunnel of another kind')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A client that hung up, or never said a word, asked for nothing.
    if (hasErrorCode(error, 'ECONNRESET') || !('bytesRead' in socket) || socket.bytesRead === 0) socket.destroy()
    else refuse(socket, '?', '', `the request is not valid HTTP, or did not arrive in time (${error.code ?? ''})`)
  })
}
