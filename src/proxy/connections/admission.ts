import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface AdmissionLimits {
  /** New connections that are read from at once: until it is known that they bring no long body, or it is that body's turn. */
  maxUnread: number
  /** When none of those has come to that for so long, twice as many are read from. */
  stalledMs: number
  /** No connection waits longer than this; the limit of time for its headers runs already. */
  maxHeldMs: number
}

/** Node reads so much of a connection at once: what is beyond it stays with the sender until somebody asks for it. */
const firstReadBytes = 65_536

/**
 * Keeps a thousand uploads that come at once from being read at once: up to 64 KB of a body come with its head, and would be held
 * until its turn. A connection that is not read from yet leaves all of it with the sender. Nobody is refused, and those that stay
 * silent hold up nobody for long.
 */
export function admitGradually(server: Server, { maxUnread, stalledMs, maxHeldMs }: AdmissionLimits): void {
  const unread = new Set<Socket>()
  /** Since when, the oldest first. */
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
    // Node's own listener has asked for the first bytes to be read in the next tick; this comes right after that, and before any of them.
    process.nextTick(() => {
      if (held.has(socket)) socket.pause()
    })
    if (held.size === 1) admit()
  })
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    const { socket } = req
    if (!unread.has(socket)) return
    if (hasLongBody(req)) {
      // An upload stops its socket while it waits for its turn.
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
