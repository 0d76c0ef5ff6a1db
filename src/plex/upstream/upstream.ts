import type { Writable } from 'node:stream'
import type { Dispatcher, Pool as UndiciPool } from 'undici'
import { AppError } from '../../contract/errors.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import type {
  PlexConnection,
  PlexRead,
  PlexReadFlow,
  PlexReadSink,
  PlexResponse,
  PlexResponseHead,
  PlexServerAddress,
} from './connection.ts'
import { decodeBody } from './decode-body.ts'
import { Pool } from './undici-core.ts'
import { createConnector } from './upstream-connector.ts'
import { isStaleSocket, upstreamError } from './upstream-errors.ts'
import { outgoingHeaders } from './upstream-headers.ts'

export interface UpstreamLimits {
  /** Time limit for the TCP and TLS connection. */
  connectTimeoutMs: number
  /** Time limit until Plex begins to answer; a listing of 100,000 items takes Plex a while. */
  headersTimeoutMs: number
  /** Time limit between two pieces of an answer. */
  bodyTimeoutMs: number
  /** An idle connection is closed after this time, unless Plex names a shorter one. */
  keepAliveTimeoutMs: number
  maxConnections: number
  /** The largest answer that `get` holds in memory if its caller names no limit. */
  maxBodyBytes: number
  /** How often a read is repeated when a kept-alive socket fails before the first byte of the answer. */
  maxStaleRetries: number
}

const upstreamLimits: UpstreamLimits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 120_000,
  bodyTimeoutMs: 60_000,
  keepAliveTimeoutMs: 15_000,
  maxConnections: 64,
  maxBodyBytes: 16 * 1024 * 1024,
  maxStaleRetries: 1,
}

/**
 * Creates the connection to one Plex server. It sends only GET and HEAD of approved resources, without a body, with
 * allowed headers, and with the token only in the X-Plex-Token header and only after `identify` has trusted the server.
 * It follows no redirects. Failures are AppErrors (PLEX_UNREACHABLE, PLEX_TLS_UNTRUSTED, PLEX_READ_FAILED); an invalid
 * address is CONFIG_INVALID. No other module may connect to Plex.
 */
export function createPlexConnection(address: PlexServerAddress, limits: Partial<UpstreamLimits> = {}): PlexConnection {
  const limit = { ...upstreamLimits, ...limits }
  const { origin, prefix, url } = parseAddress(address.url)
  const { token, ...shown } = address
  const pool = new Pool(origin, {
    connections: limit.maxConnections,
    pipelining: 1,
    keepAliveTimeout: limit.keepAliveTimeoutMs,
    headersTimeout: limit.headersTimeoutMs,
    bodyTimeout: limit.bodyTimeoutMs,
    connect: createConnector(address, limit.connectTimeoutMs),
    allowH2: false,
  })
  const places = { pool, prefix, origin, limit }
  let isPlex = false

  const relay: PlexConnection['relay'] = (read, sink) => {
    if (!isPlex && !read.withoutToken) {
      sink.fail(new Error('a read with the token of a server that has not said that it is a Plex'))
      return () => undefined
    }
    const headers = outgoingHeaders(read, read.withoutToken ? undefined : token, address.clientIdentifier)
    const relayed = new Relay(places, read, headers, sink)
    relayed.start()
    return (reason) => relayed.abort(reason)
  }
  return {
    address: { ...shown, url },
    trust() {
      isPlex = true
    },
    relay,
    stream: (read, onHead) => streamInto(relay, read, onHead),
    get: (read, options = {}) => readWhole(relay, read, options.maxBytes ?? limit.maxBodyBytes),
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

interface Places {
  pool: UndiciPool
  prefix: string
  origin: string
  limit: UpstreamLimits
}

/** One running read: undici's handler on one side, our sink on the other. */
class Relay implements Dispatcher.DispatchHandler {
  readonly #places: Places
  readonly #read: PlexRead
  readonly #headers: string[]
  readonly #sink: PlexReadSink
  #controller: Dispatcher.DispatchController | undefined
  #stopped: Error | undefined
  #begun = false
  #settled = false
  #retries = 0

  constructor(places: Places, read: PlexRead, headers: string[], sink: PlexReadSink) {
    this.#places = places
    this.#read = read
    this.#headers = headers
    this.#sink = sink
  }

  start(): void {
    const { signal } = this.#read
    if (signal?.aborted) {
      this.abort(toError(signal.reason))
      return
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#dispatch()
  }

  abort(reason: Error): void {
    if (this.#settled) return
    this.#stopped ??= reason
    if (this.#controller) this.#controller.abort(reason)
    this.#fail(reason)
  }

  #dispatch(): void {
    const { pool, prefix } = this.#places
    const { method, resource } = this.#read
    pool.dispatch({ method, path: prefix === '' ? resource : prefix + resource, headers: this.#headers }, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped) controller.abort(this.#stopped)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: PlexResponseHead['headers'],
  ): void {
    // A 1xx status is not an answer yet.
    if (status < 200 || this.#settled) return
    this.#begun = true
    this.#sink.head({ status, headers }, controller)
  }

  onResponseData(_controller: PlexReadFlow, chunk: Buffer): void {
    if (!this.#settled) this.#sink.data(chunk)
  }

  onResponseEnd(): void {
    if (this.#settled) return
    this.#settle()
    this.#sink.end()
  }

  onResponseError(_controller: PlexReadFlow, error: Error): void {
    if (this.#settled) return
    if (!this.#begun && !this.#stopped && isStaleSocket(error) && this.#retries < this.#places.limit.maxStaleRetries) {
      this.#retries += 1
      this.#controller = undefined
      this.#dispatch()
      return
    }
    this.#fail(this.#stopped ?? upstreamError(error, this.#places.origin))
  }

  #onAbort = (): void => this.abort(toError(this.#read.signal?.reason))

  #fail(error: Error): void {
    if (this.#settled) return
    this.#settle()
    this.#sink.fail(error)
  }

  #settle(): void {
    this.#settled = true
    this.#read.signal?.removeEventListener('abort', this.#onAbort)
  }
}

function streamInto(
  relay: PlexConnection['relay'],
  read: PlexRead,
  onHead: (head: PlexResponseHead) => Writable,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let out: Writable | undefined
    let flow: PlexReadFlow | undefined
    const abort = relay(read, {
      head(head, controls) {
        flow = controls
        out = onHead(head)
        out.on('drain', () => controls.resume())
        // The receiver can also fail after Plex's last byte; the promise must be rejected then too.
        const broken = (error: Error) => {
          abort(error)
          reject(error)
        }
        out.once('error', broken)
        out.once('finish', resolve)
        out.once('close', () => {
          if (!out?.writableFinished) broken(new Error('the receiver closed before the answer was whole'))
        })
      },
      data(chunk) {
        if (out?.write(chunk) === false) flow?.pause()
      },
      end: () => out?.end(),
      fail(error) {
        out?.destroy(error)
        reject(error)
      },
    })
  })
}

function readWhole(relay: PlexConnection['relay'], read: PlexRead, maxBytes: number): Promise<PlexResponse> {
  const headers = { 'accept-encoding': 'gzip', ...read.headers }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let head: PlexResponseHead = { status: 0, headers: {} }
    const abort = relay(
      { ...read, headers },
      {
        head(answer) {
          head = answer
        },
        data(chunk) {
          bytes += chunk.length
          if (bytes > maxBytes) return abort(tooLarge(maxBytes))
          chunks.push(chunk)
        },
        end() {
          decodeBody(Buffer.concat(chunks), head.headers['content-encoding'], maxBytes)
            .then((body) => resolve({ ...head, body }))
            .catch((cause: unknown) =>
              reject(new AppError('PLEX_READ_FAILED', 'an answer of Plex cannot be decoded', { cause })),
            )
        },
        fail: reject,
      },
    )
  })
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('PLEX_READ_FAILED', `an answer of Plex is larger than ${maxBytes} bytes`)
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('given up', { cause: reason })
}

function parseAddress(address: string): { origin: string; prefix: string; url: string } {
  const wrong = (why: string) =>
    new AppError('CONFIG_INVALID', `plex.url ${why}`, { hint: 'Write it as http://192.168.1.10:32400' })
  if (!URL.canParse(address)) throw wrong('is not a URL')
  const { protocol, username, password, search, hash, origin, pathname } = new URL(address)
  if (protocol !== 'http:' && protocol !== 'https:') throw wrong('must begin with http:// or https://')
  if (username !== '' || password !== '') throw wrong('must not hold a user name or password')
  if (search !== '' || hash !== '') throw wrong('must not have a query or fragment')
  const prefix = trimEndOf(pathname, '/')
  return { origin, prefix, url: origin + prefix }
}
