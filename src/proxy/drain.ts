import type { Server } from 'node:http'

/** How often idle connections are looked for while draining; Node tells of none by itself. */
const idleCheckMs = 20

/**
 * Ends a server gently: no new connections, requests under way may finish within the time, kept-alive connections
 * close as soon as they are idle, then the rest is cut. Asking again waits for the same end.
 */
export function createDrain(server: Server, timeoutMs: number): () => Promise<void> {
  let draining: Promise<void> | undefined
  return () => {
    draining ??= new Promise((resolve) => {
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs)
      const cut = setTimeout(() => server.closeAllConnections(), timeoutMs)
      server.close(() => {
        clearInterval(idle)
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })
    return draining
  }
}
