import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { limits } from '../limits.ts'
import { securityHeaders } from './headers.ts'
import { RequestProblem } from './request-problem.ts'
import type { StudioContext } from './router.ts'

/** One window that listens. */
export interface Listener {
  /** Frames that are serialised already: the same bytes go to every window. */
  send(frame: Buffer): void
  end(): void
}

export interface EventStreams extends Disposable {
  /** Answers a request as an event stream; `start` gets the listener and returns what to do when it is gone. */
  open(context: StudioContext, start: (listener: Listener) => () => void): Response
  readonly count: number
}

const heartbeat = Buffer.from(':\n\n')

/** An event of a stream as it goes over the wire. */
export function frameOf(event: object, id?: number): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`)
}

/**
 * Server-sent events, written straight to the socket: one serialised frame is shared by all windows. A window that does
 * not read is let go at `maxUnsentStreamBytes`, so that it holds up nobody.
 */
export function createEventStreams(): EventStreams {
  const open = new Set<ServerResponse>()
  const timer = setInterval(() => {
    for (const response of open) response.write(heartbeat)
  }, limits.heartbeatMs)
  timer.unref()

  return {
    get count() {
      return open.size
    },
    open(context, start) {
      if (context.req.method !== 'GET')
        throw new RequestProblem(405, 'METHOD_NOT_ALLOWED', 'A stream can only be read.')
      if (open.size >= limits.maxStreams) {
        throw new RequestProblem(503, 'TOO_MANY_ATTEMPTS', 'Too many windows are open.', {
          hint: 'Close some of them.',
        })
      }
      const response = context.env.outgoing
      // A stream ends with its connection: without chunks each frame is one write to the socket.
      response.useChunkedEncodingByDefault = false
      response.writeHead(200, {
        ...securityHeaders,
        'content-type': 'text/event-stream',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      })
      response.flushHeaders()
      response.socket?.setNoDelay(true)
      open.add(response)
      let ended = false
      const stop = start({
        send(frame) {
          if (ended) return
          if (response.writableLength > limits.maxUnsentStreamBytes) {
            response.destroy()
            return
          }
          response.write(frame)
        },
        end() {
          if (ended) return
          ended = true
          response.end()
        },
      })
      response.once('close', () => {
        ended = true
        open.delete(response)
        stop()
      })
      return RESPONSE_ALREADY_SENT
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      for (const response of open) response.end()
    },
  }
}
