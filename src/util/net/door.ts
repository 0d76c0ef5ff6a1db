import type { Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'

/** A port of 127.0.0.1 on which one of our servers listens. It can also be opened in a network namespace. */
export interface Door {
  port: number
  /**
   * Serves the connections of a socket that listens elsewhere, as if they had arrived at this port. Disposing closes
   * that socket.
   */
  serve(listener: Server): Disposable
}

/**
 * The door of an HTTP server. The server's time limits apply to every connection; its limit on the number of
 * connections applies to each door separately.
 */
export function createDoor(server: HttpServer, port: number): Door {
  return {
    port,
    serve(listener) {
      // The same options as http.createServer uses: a client that has sent everything may still be reading.
      const elsewhere = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        server.emit('connection', socket),
      )
      if (server.maxConnections) elsewhere.maxConnections = server.maxConnections
      elsewhere.on('error', () => elsewhere.close())
      elsewhere.listen(listener)
      return { [Symbol.dispose]: () => elsewhere.close() }
    },
  }
}
