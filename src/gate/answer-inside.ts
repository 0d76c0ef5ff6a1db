import { createServer, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'

/**
 * 403 would say it best, but letterboxdpy asks five times for such a page, and Kometa waits 3 s and asks again (request.py:155). This one
 * nobody repeats: Kometa 2.4.4 and its libraries take it for a final answer.
 */
export const refusedStatus = 451
const refusedPhrase = 'Refused by Kometa Preview'

export interface InsideOptions {
  /** Key and certificate of the host that was asked for. */
  server: Pick<ServerOptions, 'key' | 'cert'>
  /** What the client sent behind its CONNECT. */
  head: Buffer
  /** From here to the end of the answer: handshake, request and all. */
  timeoutMs: number
  /** What the answer says. */
  words: string
  /** Each request, before it is answered. */
  onRequest(method: string, resource: string): void
}

/**
 * Refuses from within: plays the host that CONNECT named, so that the client hears no as that host's own answer. A CONNECT that is
 * refused is an error of the connection to it, which Kometa tries six times in 50 s (request.py:174). Nothing is connected to anything.
 */
export function answerInside(client: Socket, options: InsideOptions): void {
  const { server: identity, head, timeoutMs, words, onRequest } = options
  // It never listens: it has this one connection.
  const server = createServer({ ...identity, ALPNProtocols: ['http/1.1'] }, (incoming, outgoing) => {
    onRequest(incoming.method ?? '', incoming.url ?? '')
    // What is left of a body is read and dropped: who still writes does not hear the answer.
    incoming.resume()
    outgoing.writeHead(refusedStatus, refusedPhrase, {
      'content-type': 'text/plain; charset=utf-8',
      connection: 'close',
    })
    outgoing.end(words)
  })
  // A client that does not trust the job's authority, or speaks no TLS, hears nothing: that is how a refused host looks, too.
  server.on('tlsClientError', () => client.destroy())
  const timer = setTimeout(() => client.destroy(), timeoutMs)
  client.once('close', () => clearTimeout(timer))
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) client.unshift(head)
  server.emit('connection', client)
}
