import type { Socket } from 'node:net'
import { hasErrorCode } from '../unknown-error.ts'

/** What a reset is called once it is certain to be one. */
export const resetCode = 'CONNECTION_RESET'

/**
 * Makes a reset by the other side an error, and never the end of an answer that has no length. Call it as soon as the
 * connection stands. Two things hide a reset: where it arrives together with data, libuv reports an ordinary end; and
 * undici takes ECONNRESET for the end of such an answer, on purpose, so that the error gets another code here.
 */
export function failOnReset(socket: Socket): void {
  const push = socket.push.bind(socket)
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    // After an orderly end the system still knows the other side's address; of a connection that was reset it does not.
    if (chunk !== null || socket.remoteAddress !== undefined) return push(chunk, encoding)
    socket.destroy(Object.assign(new Error('the other side reset the connection'), { code: resetCode }))
    return false
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ECONNRESET')) error.code = resetCode
  })
}
