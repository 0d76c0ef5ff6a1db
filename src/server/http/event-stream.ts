import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { limits } from '../limits.ts'
import { securityHeaders } from './headers.ts'
import { RequestProblem } from './request-problem.ts'
import type { StudioContext } from './router.ts'

/** A window that listens to a stream. */
export interface Listener {
  /** Sends a frame; the same bytes go to every window. */
  send(frame: Buffer): void
  /**
   * Resolves when the window has taken most of what was sent, or is gone, so that a long past is sent piece by piece.
   */
  taken(): Promise<void>
  end(): void
  /** Cuts the connection; the browser comes back with Last-Event-ID. */
  drop(): void
}

export interface EventStreams extends Disposable {
  /** Answers a request with an event stream. `start` gets the listener and answers with what to do when it is gone. */
  open(context: StudioContext, start: (listener: Listener) => () => void): Response
  /** Ends the streams of users who are no longer signed in. */
  review(): void
  readonly count: number
}

const heartbeat = Buffer.from(':\n\n')

/** An event of a stream as it goes over the wire. */
export function frameOf(event: object, id?: number): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`)
}

/**
 * Server-sent events, written straight to the socket, so that all windows share one serialised frame. The connection of
 * a window that does not read is cut at `maxUnsentStreamBytes`, so that it holds up nobody.
 */
export function createEventStreams(isSignedIn: (cookie: string | undefined) => boolean): EventStreams {
  /** The open streams, each with the cookie that it was opened with. */
  const open = new Map<ServerResponse, string | undefined>()
  const review = () => {
    for (const [response, cookie] of open) if (!isSignedIn(cookie)) response.end()
  }
  const timer = setInterval(() => {
    review()
    for (const response of open.keys()) if (!response.writableEnded) response.write(heartbeat)
  }, limits.heartbeatMs)
  timer.unref()

  return {
    get count() {
      return open.size
    },
    open(context, start) {
      if (context.req.method !== 'GET')
        throw new RequestProblem(405, 'METHOD_NOT_ALLOWED', 'An event stream can only be read.')
      if (open.size >= limits.maxStreams) {
        throw new RequestProblem(503, 'TOO_MANY_ATTEMPTS', 'Too many windows are open.', {
          hint: 'Close some of them.',
        })
      }
      const response = context.env.outgoing
      // Without chunked encoding each frame is one write to the socket; the stream ends with its connection.
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
      open.set(response, context.req.header('cookie'))
      const isOver = () => response.writableEnded || response.destroyed
      const stop = start({
        send(frame) {
          if (isOver()) return
          if (response.writableLength > limits.maxUnsentStreamBytes) response.destroy()
          else response.write(frame)
        },
        async taken() {
          if (isOver() || !response.writableNeedDrain) return
          await new Promise<void>((resolve) => {
            const stalled = setTimeout(() => response.destroy(), limits.stalledStreamMs)
            const go = () => {
              clearTimeout(stalled)
              response.off('drain', go).off('close', go)
              resolve()
            }
            response.on('drain', go).on('close', go)
          })
        },
        end() {
          if (!isOver()) response.end()
        },
        drop: () => void response.destroy(),
      })
      response.once('close', () => {
        open.delete(response)
        stop()
      })
      return RESPONSE_ALREADY_SENT
    },
    review,
    [Symbol.dispose]() {
      clearInterval(timer)
      for (const response of open.keys()) response.end()
    },
  }
}
