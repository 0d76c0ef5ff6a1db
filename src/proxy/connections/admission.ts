import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface AdmissionLimits {
  /**
   * How many new connections are read at the same time. A connection counts until it has no long body, or its body has
   * its turn.
   */
  maxUnread: number
  /** When none of those stops counting for this long, twice as many are read. */
  stalledMs: number
  /** No connection waits longer than this, since the time limit for its headers is already running. */
  maxHeldMs: number
}

/** Node reads this much of a connection in one go; the rest stays with the sender until it is asked for. */
const firstReadBytes = 65_536

/**
 * Bounds how many new connections are read at the same time. Up to 64 KB of a body come with its head, so that a
 * thousand simultaneous uploads would hold 64 MB until they have their turn; of a connection that is not read yet, all
 * bytes stay with the sender. No client is refused, and a silent one delays the others only briefly.
 */
export function admitGradually(server: Server, { maxUnread, stalledMs, maxHeldMs }: AdmissionLimits): void {
  const unread = new Set<Socket>()
  /** The time since which each waits, the oldest first. */
  const held = new Map<Socket, number>()
  let room = maxUnread
  let stalled: NodeJS.Timeout | undefined

  function admit(): void {
    const now = performance.now()
    for (const [socket, since] of held) {
      if (unread.size >= room && now - since < maxHeldMs) break
      held.delete(socket)
      unread.add(socket)
      socket.resume()
    }
    clearTimeout(stalled)
    if (held.size === 0) return
    stalled = setTimeout(() => {
      room = 2 * Math.max(unread.size, maxUnread)
      admit()
    }, stalledMs).unref()
  }

  function leave(socket: Socket): void {
    const wasHeld = held.delete(socket)
    if (!unread.delete(socket) && !wasHeld) return
    room = Math.max(maxUnread, Math.min(room, unread.size))
    admit()
  }

  server.on('connection', (socket) => {
    socket.once('close', () => leave(socket))
    if (unread.size < room && held.size === 0) {
      unread.add(socket)
      return
    }
    held.set(socket, performance.now())
    // Node starts to read in the next tick. This callback runs right after that, before any byte arrives.
    process.nextTick(() => {
      if (held.has(socket)) socket.pause()
    })
    if (held.size === 1) admit()
  })
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const { socket } = req
    if (!unread.has(socket)) return
    if (hasLongBody(req)) {
      // An upload pauses its socket until it has its turn.
      socket.once('resume', () => leave(socket))
      res.once('close', () => leave(socket))
    } else leave(socket)
  }
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
}

function hasLongBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > firstReadBytes
}
