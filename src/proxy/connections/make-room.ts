import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

export interface RoomOptions {
  /** Connections at once, on every listener of the server together. */
  maxConnections: number
  /** Whether the text of a header or of a URL holds the job's token. */
  holdsToken(text: string): boolean
}

/**
 * Bounds the connections of a server without letting strangers shut out a client that has the token: when there are
 * too many, the oldest connection that has not shown the token is closed, and the new one stays.
 * (`server.maxConnections` would refuse the new one in any case.) Returns a function that closes every connection that
 * has not shown the token.
 */
export function makeRoom(server: Server, { maxConnections, holdsToken }: RoomOptions): () => void {
  const known = new Set<Socket>()
  /** The oldest first. */
  const strangers = new Set<Socket>()
  server.on('connection', (socket) => {
    strangers.add(socket)
    socket.once('close', () => {
      known.delete(socket)
      strangers.delete(socket)
    })
    if (known.size + strangers.size <= maxConnections) return
    const [oldest = socket] = strangers
    strangers.delete(oldest)
    oldest.destroy()
  })
  const onRequest = ({ socket, headers, url }: IncomingMessage): void => {
    if (!strangers.has(socket) || !holdsToken(`${headers['x-plex-token']} ${url}`)) return
    strangers.delete(socket)
    known.add(socket)
  }
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  return () => {
    for (const stranger of strangers) stranger.destroy()
  }
}
