import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { verdictWords } from '../../policy/verdict.ts'
import type { PauseWatch } from '../../util/time/pause-watch.ts'
import type { ExchangeRecords } from '../ledger/exchange-records.ts'

/**
 * Answers what never becomes a request: CONNECT, upgrades, and bytes that are not HTTP. None of these goes anywhere.
 */
export function refuseRawRequests(
  server: Server,
  records: ExchangeRecords,
  pauses: Pick<PauseWatch, 'stoodStill'>,
): void {
  server.on('connect', (req, socket) => refuse(req, socket, verdictWords.connect))
  server.on('upgrade', (req, socket) => refuse(req, socket, verdictWords.upgrade))
  server.on('clientError', (error: NodeJS.ErrnoException & { bytesParsed?: number }, socket) => {
    const code = error.code ?? ''
    // When this process was paused, the rest of the request may still be unread in the socket.
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && pauses.stoodStill()) return
    // A client that hung up, or a connection that never said a word, asked for nothing.
    if (code === 'ECONNRESET' || !socket.writable || !('bytesRead' in socket) || socket.bytesRead === 0) {
      socket.destroy()
      return
    }
    // In the middle of a request, its own record reports the error and its answer may have begun: only a closed
    // connection is clear.
    if (isAnswering(socket)) {
      socket.destroy()
      return
    }
    const { status, reason } = explain(code)
    records.refusedRaw('?', '', { status, reason, outcome: 'refused' })
    close(socket, status, reason)
  })

  function refuse(req: IncomingMessage, socket: Duplex, reason: string): void {
    // The peer may be gone already, and then nobody needs to be told.
    socket.on('error', () => {})
    records.refusedRaw(req.method ?? '?', req.url ?? '', { status: 403, reason, outcome: 'refused' })
    close(socket, 403, reason)
  }
}

/**
 * True while a request of this connection waits for its answer. Node's own handler of this event asks in the same way.
 */
function isAnswering(socket: Duplex): boolean {
  return '_httpMessage' in socket && socket._httpMessage != null
}

function explain(code: string): { status: number; reason: string } {
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, reason: 'the request line and headers are too long' }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, reason: 'the request did not arrive in time' }
  if (code === 'HPE_INVALID_METHOD') return { status: 403, reason: verdictWords.otherMethod('the method') }
  return { status: 400, reason: `the request is not valid HTTP (${code})` }
}

function close(socket: Duplex, status: number, reason: string): void {
  const head = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`, () => socket.destroy())
}
