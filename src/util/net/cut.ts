import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Ends a connection so that the other side hears of a failure: an ordinary end would make what has come so far look
 * whole.
 */
export function cut(socket: Duplex | null): void {
  if (socket instanceof Socket) socket.resetAndDestroy()
  else socket?.destroy()
}

/** The same for an answer that has begun. */
export function cutAnswer(answer: ServerResponse): void {
  cut(answer.socket)
  answer.destroy()
}
