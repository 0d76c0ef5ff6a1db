import type { Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'

/** A port of 127.0.0.1 on which one of our servers listens, and which can be opened in a network namespace too. */
export interface Door {
  port: number
  /**
   * Serves what comes in at a socket that listens elsewhere, as if it had come in here. Disposing closes that socket.
   */
  serve(listener: Server): Disposable
}

/** The door of an HTTP server. Its limits of time hold for every connection, that of their number for each door. */
export function createDoor(server: HttpServer, port: number): Door {
  return {
    port,
    serve(listener) {
      // As http.createServer makes its own: whoever has sent all may still be reading.
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
