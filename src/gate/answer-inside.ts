import { createServer, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'

/**
 * 403 would fit best, but letterboxdpy asks five times for such a page, and Kometa waits 3 s and asks again
 * (request.py:155). Kometa 2.4.4 and its libraries take 451 for a final answer, and never repeat the request.
 */
export const refusedStatus = 451
const refusedPhrase = 'Refused by Kometa Preview'

export interface InsideOptions {
  /** Key and certificate of the host that was asked for. */
  server: Pick<ServerOptions, 'key' | 'cert'>
  /** Bytes that the client sent behind its CONNECT. */
  head: Buffer
  /** From now to the end of the answer, with handshake and request. */
  timeoutMs: number
  /** The text of the answer. */
  words: string
  /** Called with each request before it is answered. */
  onRequest(method: string, resource: string): void
}

/**
 * Refuses inside the tunnel: plays the host that CONNECT named, so that the refusal looks like that host's own answer.
 * To Kometa a refused CONNECT is a connection error, which it retries six times in 50 s (request.py:174). No
 * connection leaves this machine.
 */
export function answerInside(client: Socket, options: InsideOptions): void {
  const { server: identity, head, timeoutMs, words, onRequest } = options
  // The server never listens: it gets this one connection.
  const server = createServer({ ...identity, ALPNProtocols: ['http/1.1'] }, (incoming, outgoing) => {
    onRequest(incoming.method ?? '', incoming.url ?? '')
    // The rest of a body is read and dropped, since a client that still writes does not read the answer.
    incoming.resume()
    outgoing.writeHead(refusedStatus, refusedPhrase, {
      'content-type': 'text/plain; charset=utf-8',
      connection: 'close',
    })
    outgoing.end(words)
  })
  // A client that does not trust the job's authority, or does not speak TLS, gets a closed connection, as from a
  // refused host.
  server.on('tlsClientError', () => client.destroy())
  const timer = setTimeout(() => client.destroy(), timeoutMs)
  client.once('close', () => clearTimeout(timer))
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) client.unshift(head)
  server.emit('connection', client)
}
