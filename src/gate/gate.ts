import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { cut, cutAnswer } from '../util/net/cut.ts'
import { createDoor, type Door } from '../util/net/door.ts'
import { AddressRefused, plainAddress, resolvePublic } from '../util/net/public-address.ts'
import { failOnReset } from '../util/net/resets.ts'
import { answerInside } from './answer-inside.ts'
import type { Authority } from './authority/authority.ts'
import { type Dial, dialFirst, dialThroughProxy, type NextHop, nextHopAuthorization } from './dial.ts'
import { createGateEntries, type GateEntry } from './gate-entries.ts'
import { type GateRules, hostSet, judgeHost, judgePort, normalizeHost } from './judge-host.ts'
import { isAuthorized, originForm, parseAbsolute, pathForEntry, splitAuthority } from './request-line.ts'

export interface GateLimits {
  /** Until a connection to the outside stands. */
  connectTimeoutMs: number
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number
  /** Without a byte in either direction. */
  idleTimeoutMs: number
  maxConnections: number
}

export const defaultGateLimits: GateLimits = {
  connectTimeoutMs: 15_000,
  headersTimeoutMs: 60_000,
  idleTimeoutMs: 300_000,
  maxConnections: 256,
}
/** How often Node looks for requests that are past their time. */
const checkIntervalMs = 1_000
/** Of one event of a socket of a tunnel: it is an end of two pipelines, which alone come near Node's 10. */
const maxTunnelListeners = 20

export interface GateOptions {
  rules: GateRules
  /** The user's own proxy: names and literal addresses are judged here, and the name is passed on to it. */
  nextHop?: NextHop | null
  /** Ports of this machine's loopback on which our own proxies listen: a client that asks here for one of them is led there. */
  ownPorts?: ReadonlySet<number>
  /** `host:port` of services that Kometa asks by the user's own address -> the port of the proxy of ours that reads them. */
  services?: ReadonlyMap<string, number>
  /**
   * What Kometa trusts beside the usual, once it is certain that Kometa does. With it, what is refused is answered from within its tunnel;
   * no host that is let through is ever played.
   */
  authority?: Promise<Authority | null>
  onEntry(entry: GateEntry): void
  limits?: Partial<GateLimits>
  /** Hosts that resolve to private addresses and may be dialled all the same; for tests. */
  resolve?: typeof resolvePublic
}

export interface Gate extends AsyncDisposable {
  port: number
  /** What Kometa's HTTPS_PROXY and HTTP_PROXY are: it holds the job's credential, and belongs in no log. */
  proxyUrl: string
  credential: string
  /** For a Kometa in a network namespace of its own. */
  door: Door
}

/**
 * The outbound gate: an HTTP proxy on 127.0.0.1 for one job. CONNECT is tunnelled and not decrypted, plain HTTP is
 * forwarded; what is refused leads nowhere, whichever way it is told. Who does not know the job's credential gets 407: no other
 * process may use it.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const limits = { ...defaultGateLimits, ...options.limits }
  const credential = randomBytes(24).toString('base64url')
  const expected = Buffer.from(`Basic ${Buffer.from(`preview:${credential}`).toString('base64')}`)
  const sockets = new Set<Duplex>()
  const records = createGateEntries(options.onEntry)
  // In the one spelling that hosts are compared in.
  const rules: GateRules = { ...options.rules, plexNames: hostSet(options.rules.plexNames) }
  const dial = createDial(options, rules.plexNames, limits)
  const ownPorts = options.ownPorts ?? new Set()
  /** The port of a proxy of ours, which judges and records what comes: not every client can be told to ask it directly. */
  const ownPort = (host: string, port: number): number | null => {
    const service = options.services?.get(`${normalizeHost(host) ?? host}:${port}`)
    return service ?? (ownPorts.has(port) && ownHosts.has(host) ? port : null)
  }
  const dialOwn = (port: number) => dialFirst([{ address: '127.0.0.1', family: 4 }], port, limits.connectTimeoutMs)

  const server = createServer(
    {
      keepAliveTimeout: 30_000,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: Math.max(limits.headersTimeoutMs, limits.idleTimeoutMs),
      connectionsCheckingInterval: Math.min(checkIntervalMs, limits.headersTimeoutMs),
    },
    (incoming, outgoing) => {
      void forwardPlain(incoming, outgoing)
    },
  )
  server.maxConnections = limits.maxConnections
  server.on('connection', (socket) => keepTrack(socket))
  server.on('connect', (incoming, socket, head) => {
    keepTrack(socket)
    void tunnel(incoming, socket as Socket, head)
  })
  server.on('upgrade', ({ method = '', url = '' }, socket) => {
    const target = parseAbsolute(url)
    refuseRaw(socket, method, target?.hostname ?? '', 'an upgrade would open a tunnel of another kind')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Who hung up, or never said a word, asked for nothing.
    if (error.code === 'ECONNRESET' || !('bytesRead' in socket) || socket.bytesRead === 0) socket.destroy()
    else refuseRaw(socket, '?', '', `the request is not valid HTTP, or did not arrive in time (${error.code ?? ''})`)
  })

  /** What never becomes a request of ours leads nowhere, and is written down like one. */
  function refuseRaw(socket: Duplex, method: string, host: string, reason: string): void {
    const record = records.open({ method, host, port: 0, tls: false })
    record.entry.reason = reason
    record.close()
    if (socket.writable) socket.end(badRequest, () => socket.destroy())
    else socket.destroy()
  }

  function keepTrack(socket: Duplex) {
    if (sockets.has(socket)) return
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A peer that goes away is an ordinary end of a tunnel; its entry says how many bytes passed.
    socket.on('error', () => socket.destroy())
  }

  async function tunnel(incoming: IncomingMessage, client: Socket, head: Buffer) {
    const target = splitAuthority(incoming.url ?? '')
    const record = records.open({ method: 'CONNECT', host: target?.host ?? '', port: target?.port ?? 0, tls: true })
    const refuse = (status: string, reason: string) => {
      record.entry.reason = reason
      client.end(
        `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n${status.startsWith('407') ? challenge : ''}\r\n`,
      )
      record.close()
    }
    if (!isAuthorized(incoming.headers['proxy-authorization'], expected)) {
      return refuse('407 Proxy Authentication Required', 'the credential of the job is missing')
    }
    if (!target) return refuse('400 Bad Request', 'CONNECT wants host:port')
    /** By the rules, not for want of a way: in TLS of ours, where that can be had, since Kometa takes no other refusal for an answer. */
    const forbid = async (reason: string) => {
      const authority = await options.authority
      if (!authority || client.destroyed) return refuse('403 Forbidden', reason)
      record.entry.reason = reason
      client.once('close', () => record.close())
      answerInside(client, {
        ...{ server: authority.serverOf(target.host), head, timeoutMs: limits.headersTimeoutMs },
        words: `Kometa Preview: ${reason}`,
        onRequest(method, resource) {
          Object.assign(record.entry, { method, path: pathForEntry(target.host, resource) })
          record.close()
        },
      })
    }
    // A tunnel would hide what is asked of a service.
    const own = options.services?.has(`${target.host}:${target.port}`) ? null : ownPort(target.host, target.port)
    const refusal = own === null ? refusalOf(target.host, target.port, rules) : null
    if (refusal !== null) return forbid(refusal)
    let remote: Socket
    try {
      remote = own === null ? await dial(target.host, target.port) : await dialOwn(own)
    } catch (error) {
      return error instanceof AddressRefused ? forbid(error.message) : refuse('502 Bad Gateway', messageOf(error))
    }
    if (own !== null) record.forget()
    keepTrack(remote)
    record.remote = remote
    record.entry.verdict = 'pass'
    client.setTimeout(limits.idleTimeoutMs, () => cut(client))
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) remote.write(head)
    // Whichever side breaks, the other one hears of it: after an ordinary end, half an answer would look whole.
    for (const [one, other] of [
      [client, remote],
      [remote, client],
    ] as const) {
      one.setMaxListeners(maxTunnelListeners)
      failOnReset(one)
      one.once('error', () => cut(other))
    }
    // A client that has sent all may still be reading: only a broken one ends the other half.
    pipeline(client, remote, () => undefined)
    pipeline(remote, client, () => {
      client.destroy()
      record.close()
    })
  }

  async function forwardPlain(incoming: IncomingMessage, outgoing: ServerResponse) {
    const url = parseAbsolute(incoming.url ?? '')
    const port = url ? Number(url.port || 80) : 0
    const record = records.open({ method: incoming.method ?? '', host: url?.hostname ?? '', port, tls: false })
    const refuse = (status: number, reason: string) => {
      record.entry.reason = reason
      record.entry.path = url === null ? '' : pathForEntry(url.hostname, url.pathname)
      const type = { 'content-type': 'text/plain; charset=utf-8' }
      const more = status === 407 ? { 'proxy-authenticate': realm } : {}
      outgoing.writeHead(status, { connection: 'close', ...type, ...more })
      outgoing.end(`Kometa Preview: ${reason}`)
      record.close()
    }
    if (!isAuthorized(incoming.headers['proxy-authorization'], expected)) {
      return refuse(407, 'the credential of the job is missing')
    }
    if (!url) return refuse(400, 'this is a proxy: it wants an absolute http:// address')
    const own = ownPort(url.hostname, port)
    const refusal = own === null ? refusalOf(url.hostname, port, rules) : null
    if (refusal !== null) return refuse(403, refusal)
    let socket: Socket
    try {
      socket = own === null ? await dial(url.hostname, port, { plain: true }) : await dialOwn(own)
    } catch (error) {
      return refuse(error instanceof AddressRefused ? 403 : 502, messageOf(error))
    }
    if (own !== null) record.forget()
    keepTrack(socket)
    failOnReset(socket)
    record.remote = socket
    record.entry.verdict = 'pass'
    const headers: IncomingMessage['headers'] = { ...incoming.headers, host: url.host, connection: 'close' }
    for (const name of hopHeaders) delete headers[name]
    // A next hop wants the whole address, an origin the path alone.
    const nextHop = own === null ? options.nextHop : null
    const path = nextHop ? url.href : own === null ? `${url.pathname}${url.search}` : originForm(incoming.url ?? '')
    if (nextHop) Object.assign(headers, nextHopAuthorization(nextHop))
    const upstream = request({ createConnection: () => socket, method: incoming.method, path, headers })
    upstream.setTimeout(limits.idleTimeoutMs, () => upstream.destroy(new Error('no byte for too long')))
    upstream.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.once('error', () => cutAnswer(outgoing))
      pipeline(answer, outgoing, (error) => {
        if (error) record.entry.reason = messageOf(error)
        socket.destroy()
        record.close()
      })
    })
    upstream.on('error', (error) => {
      if (outgoing.headersSent) cutAnswer(outgoing)
      else refuse(502, messageOf(error))
    })
    pipeline(incoming, upstream, (error) => {
      if (error) upstream.destroy(error)
    })
  }

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
      records.closeAll()
    },
  }
}

/** Spellings of this machine's loopback. */
const ownHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', 'host.docker.internal'])

function refusalOf(host: string, port: number, rules: GateRules): string | null {
  const verdict = judgeHost(host, rules)
  return verdict.pass ? judgePort(port, rules) : verdict.reason
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
const realm = 'Basic realm="kometa-preview"'
const challenge = `Proxy-Authenticate: ${realm}\r\n`
const hopHeaders = ['proxy-authorization', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'upgrade']

function createDial(options: GateOptions, plexNames: ReadonlySet<string>, limits: GateLimits): Dial {
  const { nextHop } = options
  if (nextHop) return (host, port, how) => dialThroughProxy(nextHop, host, port, limits.connectTimeoutMs, how)
  const resolve = options.resolve ?? resolvePublic
  return async (host, port) => {
    const addresses = await resolve(host)
    // Another name of the same machine: Plex behind a reverse proxy has many.
    if (addresses.some(({ address }) => plexNames.has(plainAddress(address)))) {
      throw new AddressRefused('this is an address of the Plex server: Kometa reaches it through the proxy alone')
    }
    return dialFirst(addresses, port, limits.connectTimeoutMs)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
