import type { Server, ServerResponse } from 'node:http'

/**
 * Watches a server's answers and returns the way to end it: no new connections, requests under way may finish
 * within the time, kept-alive connections close as soon as they are idle, then the rest is cut.
 */
export function createDrain(server: Server, timeoutMs: number): () => Promise<void> {
  const underWay = new Set<ServerResponse>()
  let draining: Promise<void> | undefined
  server.on('request', track)
  server.on('checkContinue', track)

  function track(_req: unknown, res: ServerResponse): void {
    underWay.add(res)
    if (draining) res.shouldKeepAlive = false
    res.once('close', () => {
      underWay.delete(res)
      // Node counts the connection as idle only after this event.
      if (draining) setImmediate(() => server.closeIdleConnections())
    })
  }

  return () => {
    draining ??= new Promise((resolve) => {
      for (const res of underWay) if (!res.headersSent) res.shouldKeepAlive = false
      const cut = setTimeout(() => server.closeAllConnections(), timeoutMs)
      server.close(() => {
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })
    return draining
  }
}
