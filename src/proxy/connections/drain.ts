import type { Server } from 'node:http'

/** How often idle connections are looked for while draining: Node has no event for them. */
const idleCheckMs = 20

/**
 * Ends a server gently: it takes no new connections, requests under way may finish within the time, kept-alive
 * connections close as soon as they are idle, and the rest is cut. Connections that have not shown the job's token may
 * stay silent for ever; they are cut after a tenth of the time. A second call waits for the same end.
 */
export function createDrain(server: Server, timeoutMs: number, closeStrangers: () => void): () => Promise<void> {
  let draining: Promise<void> | undefined
  return () => {
    draining ??= new Promise((resolve) => {
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs)
      const cutStrangers = setTimeout(closeStrangers, timeoutMs / 10)
      const cut = setTimeout(() => server.closeAllConnections(), timeoutMs)
      server.close(() => {
        clearInterval(idle)
        clearTimeout(cutStrangers)
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })
    return draining
  }
}
