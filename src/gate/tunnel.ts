import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { cut } from '../util/net/cut.ts'
import { AddressRefused } from '../util/net/public-address.ts'
import { failOnReset } from '../util/net/resets.ts'
import { messageOf } from '../util/unknown-error.ts'
import { answerInside } from './answer-inside.ts'
import type { GateEntries, OpenGateEntry } from './gate-entries.ts'
import type { GateLimits, GateOptions } from './gate-options.ts'
import { isAuthorized, pathForEntry, splitAuthority } from './request-line.ts'
import type { Ways } from './ways.ts'

/** What the requests to one gate have in common. */
export interface GateContext {
  options: Pick<GateOptions, 'authority' | 'nextHop'>
  limits: GateLimits
  entries: GateEntries
  ways: Ways
  /** The `Proxy-Authorization` of this job's clients. */
  credential: Buffer
  /** Closes the socket with the gate. */
  keepTrack(socket: Duplex): void
}

export const challengeRealm = 'Basic realm="kometa-preview"'

/** Both ends of a tunnel are an end of two pipelines, which alone come near Node's 10 listeners of one event. */
const maxTunnelListeners = 20

interface Place {
  host: string
  port: number
}

/** Takes a CONNECT: opens the tunnel, or refuses it. A tunnel is not decrypted. */
export async function handleConnect(
  context: GateContext,
  incoming: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  const { options, limits, ways } = context
  const place = splitAuthority(incoming.url ?? '')
  const entry = context.entries.open({
    ...{ method: 'CONNECT', host: place?.host ?? '', port: place?.port ?? 0, tls: true },
  })
  const refuse = (status: string, reason: string) => refuseTunnel(client, entry, status, reason)
  if (!isAuthorized(incoming.headers['proxy-authorization'], context.credential)) {
    return refuse('407 Proxy Authentication Required', 'the credential of the job is missing')
  }
  if (!place) return refuse('400 Bad Request', 'CONNECT wants host:port')
  /**
   * Refuses by the rules: inside TLS where Kometa trusts the authority, since it takes no other refusal for an answer.
   */
  const forbid = async (reason: string) => {
    const authority = await options.authority
    if (!authority || client.destroyed) return refuse('403 Forbidden', reason)
    const server = authority.serverOf(place.host)
    refuseInside(client, entry, { place, reason, server, head, timeoutMs: limits.headersTimeoutMs })
  }
  const own = ways.isService(place.host, place.port) ? null : ways.ownPort(place.host, place.port)
  const refusal = own === null ? ways.refusal(place.host, place.port) : null
  if (refusal !== null) return forbid(refusal)
  let remote: Socket
  try {
    remote = own === null ? await ways.dial(place.host, place.port) : await ways.dialOwn(own)
  } catch (error) {
    if (error instanceof AddressRefused) return forbid(error.message)
    return refuse('502 Bad Gateway', messageOf(error))
  }
  if (own !== null) entry.forget()
  context.keepTrack(remote)
  openTunnel({ client, remote, head, idleTimeoutMs: limits.idleTimeoutMs }, entry)
}

function refuseTunnel(client: Socket, open: OpenGateEntry, status: string, reason: string): void {
  open.entry.reason = reason
  const challenge = status.startsWith('407') ? `Proxy-Authenticate: ${challengeRealm}\r\n` : ''
  client.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n${challenge}\r\n`)
  open.close()
}

interface InsideRefusal {
  place: Place
  reason: string
  server: Parameters<typeof answerInside>[1]['server']
  head: Buffer
  timeoutMs: number
}

function refuseInside(client: Socket, open: OpenGateEntry, { place, reason, ...how }: InsideRefusal): void {
  open.entry.reason = reason
  client.once('close', () => open.close())
  answerInside(client, {
    ...how,
    words: `Kometa Preview: ${reason}`,
    onRequest(method, resource) {
      Object.assign(open.entry, { method, path: pathForEntry(place.host, resource) })
      open.close()
    },
  })
}

interface Ends {
  client: Socket
  remote: Socket
  /** What the client sent behind its CONNECT. */
  head: Buffer
  idleTimeoutMs: number
}

function openTunnel({ client, remote, head, idleTimeoutMs }: Ends, open: OpenGateEntry): void {
  open.remote = remote
  open.entry.verdict = 'pass'
  client.setTimeout(idleTimeoutMs, () => cut(client))
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) remote.write(head)
  // When one side breaks, the other one hears of it: after an ordinary end, half an answer would look whole.
  for (const [one, other] of [
    [client, remote],
    [remote, client],
  ] as const) {
    one.setMaxListeners(maxTunnelListeners)
    failOnReset(one)
    one.once('error', () => cut(other))
  }
  // A client that has sent everything may still be reading: only a broken one ends the other half.
  pipeline(client, remote, () => undefined)
  pipeline(remote, client, () => {
    client.destroy()
    open.close()
  })
}
