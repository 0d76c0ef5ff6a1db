import type { IncomingMessage } from 'node:http'

export interface Drained {
  bytes: number
  /** whole = read to its end; cut = the client broke off; excess = more than the limit, the rest unread. */
  outcome: 'whole' | 'cut' | 'excess'
}

/** Reads a body that nobody keeps, counting its bytes, up to a limit. */
export function drainBody(req: IncomingMessage, maxBytes: number): Promise<Drained> {
  return new Promise((resolve) => {
    let bytes = 0
    const settle = (outcome: Drained['outcome']) => {
      req.off('data', count)
      resolve({ bytes, outcome })
    }
    const count = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) return
      req.pause()
      settle('excess')
    }
    if (req.readableEnded) return settle('whole')
    if (req.destroyed) return settle('cut')
    req.on('data', count)
    req.once('end', () => settle('whole'))
    // A client that breaks off is an outcome here, not an error.
    req.once('error', () => settle('cut'))
    req.once('close', () => settle(req.complete ? 'whole' : 'cut'))
  })
}
