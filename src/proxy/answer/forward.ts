import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { AppError } from '../../contract/errors.ts'
import {
  isCloseDelimited,
  type PlexConnection,
  type PlexReadFlow,
  type PlexReadSink,
  type PlexResponseHead,
} from '../../plex/upstream/connection.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import type { ReadHandler, ReadReply } from './read-handler.ts'

/** Headers between two hops, and headers that would show Plex's own address to the client or tie the client to it. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'alt-svc',
  'content-location',
  'location',
  'refresh',
  'set-cookie',
  'strict-transport-security',
])

/** Streams a read from Plex to the client: head and bytes as Plex sends them, redirects never passed on. */
export function createForward(connection: PlexConnection): ReadHandler {
  return ({ method, read, headers }, reply) => {
    const giveUp = connection.relay({ method, resource: read.resource, headers }, new ForwardSink(reply, method))
    reply.whenGone(() => giveUp(new Error('the client went away')))
  }
}

class ForwardSink implements PlexReadSink {
  readonly #reply: ReadReply
  readonly #method: 'GET' | 'HEAD'
  #closeDelimited = false
  #flow: PlexReadFlow | undefined
  #waits = false
  /** The head of an answer that claims to be gzip, held until the first bytes prove it. */
  #unproven: PlexResponseHead | undefined

  constructor(reply: ReadReply, method: 'GET' | 'HEAD') {
    this.#reply = reply
    this.#method = method
  }

  head({ status, headers }: PlexResponseHead, flow: PlexReadFlow): void {
    if (status >= 300 && status < 400 && status !== 304) {
      // The client would follow the redirect past the proxy, with token and body.
      this.#refuse(flow, `Plex answered ${status}, a redirect, which is never followed nor passed on`)
      return
    }
    // The login page of a reverse proxy, or a Plex that migrates its database. Kometa cannot parse the page and
    // retries for a minute.
    if (status < 300 && /^text\/html/i.test(headers['content-type'] ?? '')) {
      this.#refuse(flow, `Plex answered ${status} with a web page instead of data`)
      return
    }
    this.#flow = flow
    this.#closeDelimited = this.#method === 'GET' && isCloseDelimited({ status, headers })
    if (/gzip/i.test(headers['content-encoding'] ?? '')) this.#unproven = { status, headers }
    else this.#reply.begin(status, answerHeaders(headers))
  }

  data(chunk: Buffer): void {
    if (this.#unproven && chunk.length > 0) {
      const { status, headers } = this.#unproven
      this.#unproven = undefined
      if (!isGzip(chunk)) {
        if (this.#flow) this.#refuse(this.#flow, `Plex answered ${status} with something that is not gzip, as it says`)
        return
      }
      this.#reply.begin(status, answerHeaders(headers))
    }
    if (this.#reply.write(chunk)) return
    this.#flow?.pause()
    if (this.#waits) return
    this.#waits = true
    this.#reply.whenDrained(() => this.#flow?.resume())
  }

  end(): void {
    if (this.#unproven) this.#reply.begin(this.#unproven.status, answerHeaders(this.#unproven.headers))
    this.#reply.end(this.#closeDelimited)
  }

  #refuse(flow: PlexReadFlow, reason: string): void {
    this.#reply.fail(502, reason)
    flow.abort(new Error(reason))
  }

  fail(error: Error): void {
    this.#reply.fail(isTimeout(error) ? 504 : 502, error.message)
  }
}

function answerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {}
  for (const name in headers) {
    if (!dropped.has(name)) kept[name] = headers[name]
  }
  const { connection } = headers
  // Connection may name further headers that are meant for this hop alone.
  if (connection !== undefined && connection !== 'keep-alive' && connection !== 'close') {
    for (const name of connection.toLowerCase().split(',')) delete kept[name.trim()]
  }
  return kept
}

/** Whether the chunk begins as gzip does; a chunk of one byte can only show the first of two. */
function isGzip(chunk: Buffer): boolean {
  return chunk[0] === 0x1f && (chunk.length === 1 || chunk[1] === 0x8b)
}

function isTimeout(error: Error): boolean {
  const cause = error instanceof AppError ? error.cause : undefined
  return /TIMEOUT/.test(errorCodeOf(cause))
}
