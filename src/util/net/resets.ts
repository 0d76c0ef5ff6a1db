import type { Socket } from 'node:net'
import { hasErrorCode } from '../unknown-error.ts'

/** The error code of a connection that was certainly reset. */
export const resetCode = 'CONNECTION_RESET'

/**
 * Turns a reset by the other side into an error. Otherwise a reset could look like the end of an answer that has no
 * length. Call this as soon as the connection is open. Two things hide a reset: libuv reports an ordinary end when a
 * reset arrives together with data, and undici deliberately takes ECONNRESET for the end of such an answer. The error
 * therefore gets another code here.
 */
export function failOnReset(socket: Socket): void {
  const push = socket.push.bind(socket)
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    // After an orderly end the system still knows the other side's address; after a reset it does not.
    if (chunk !== null || socket.remoteAddress !== undefined) return push(chunk, encoding)
    socket.destroy(Object.assign(new Error('the other side reset the connection'), { code: resetCode }))
    return false
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ECONNRESET')) error.code = resetCode
  })
}
