import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Ends a connection so that the other side sees a failure. After an ordinary end, the data so far would look complete.
 */
export function cut(socket: Duplex | null): void {
  if (socket instanceof Socket) socket.resetAndDestroy()
  else socket?.destroy()
}

/** Cuts an answer that has begun, in the same way. */
export function cutAnswer(answer: ServerResponse): void {
  cut(answer.socket)
  answer.destroy()
}
