import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { cutAnswer } from '../util/net/cut.ts'
import { AddressRefused } from '../util/net/public-address.ts'
import { failOnReset } from '../util/net/resets.ts'
import { messageOf } from '../util/unknown-error.ts'
import { nextHopAuthorization } from './dial.ts'
import type { OpenGateEntry } from './gate-entries.ts'
import { isAuthorized, originForm, parseAbsolute, pathForEntry } from './request-line.ts'
import { challengeRealm, type GateContext } from './tunnel.ts'

const hopHeaders = ['proxy-authorization', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'upgrade']

type Refuse = (status: number, reason: string) => void

/** Takes a plain HTTP request to the gate: forwards it on a connection of its own, or refuses it. */
export async function handlePlainRequest(
  context: GateContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { ways } = context
  const url = parseAbsolute(incoming.url ?? '')
  const port = url ? Number(url.port || 80) : 0
  const open = context.entries.open({ method: incoming.method ?? '', host: url?.hostname ?? '', port, tls: false })
  const refuse: Refuse = (status, reason) => {
    open.entry.path = url === null ? '' : pathForEntry(url.hostname, url.pathname)
    refusePlain(outgoing, open, status, reason)
  }
  if (!isAuthorized(incoming.headers['proxy-authorization'], context.credential)) {
    return refuse(407, 'the credential of the job is missing')
  }
  if (!url) return refuse(400, 'this is a proxy: it wants an absolute http:// address')
  const own = ways.ownPort(url.hostname, port)
  const refusal = own === null ? ways.refusal(url.hostname, port) : null
  if (refusal !== null) return refuse(403, refusal)
  let socket: Socket
  try {
    socket = own === null ? await ways.dial(url.hostname, port, { plain: true }) : await ways.dialOwn(own)
  } catch (error) {
    return refuse(error instanceof AddressRefused ? 403 : 502, messageOf(error))
  }
  if (own !== null) open.forget()
  context.keepTrack(socket)
  failOnReset(socket)
  open.remote = socket
  open.entry.verdict = 'pass'
  const nextHop = own === null ? context.options.nextHop : null
  // A next hop wants the whole address, an origin the path alone. Our own proxies judge the path as the client wrote
  // it.
  const path = nextHop ? url.href : own === null ? `${url.pathname}${url.search}` : originForm(incoming.url ?? '')
  const headers: IncomingMessage['headers'] = { ...incoming.headers, host: url.host, connection: 'close' }
  for (const name of hopHeaders) delete headers[name]
  if (nextHop) Object.assign(headers, nextHopAuthorization(nextHop))
  const { idleTimeoutMs } = context.limits
  forward({ incoming, outgoing, socket, path, headers, idleTimeoutMs }, open, refuse)
}

function refusePlain(outgoing: ServerResponse, open: OpenGateEntry, status: number, reason: string): void {
  open.entry.reason = reason
  const type = { 'content-type': 'text/plain; charset=utf-8' }
  const challenge = status === 407 ? { 'proxy-authenticate': challengeRealm } : {}
  outgoing.writeHead(status, { connection: 'close', ...type, ...challenge })
  outgoing.end(`Kometa Preview: ${reason}`)
  open.close()
}

interface Forwarded {
  incoming: IncomingMessage
  outgoing: ServerResponse
  socket: Socket
  path: string
  headers: IncomingMessage['headers']
  idleTimeoutMs: number
}

function forward(
  { incoming, outgoing, socket, path, headers, idleTimeoutMs }: Forwarded,
  open: OpenGateEntry,
  refuse: Refuse,
): void {
  const upstream = request({ createConnection: () => socket, method: incoming.method, path, headers })
  upstream.setTimeout(idleTimeoutMs, () => upstream.destroy(new Error('no byte for too long')))
  upstream.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.once('error', () => cutAnswer(outgoing))
    pipeline(answer, outgoing, (error) => {
      if (error) open.entry.reason = messageOf(error)
      socket.destroy()
      open.close()
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
