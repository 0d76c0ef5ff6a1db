import type { IncomingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'
import type { AllowedResource } from '../../policy/classify-read.ts'

declare const seenIdentity: unique symbol
/** What a server says about itself on `/identity`, without the token. Only `identify` creates one. */
export interface PlexIdentity {
  readonly machineIdentifier: string
  /** '' if the server does not report it. */
  readonly version: string
  readonly [seenIdentity]: true
}

/** How to reach one Plex server. Kept only in memory, because `token` is the user's real token. */
export interface PlexServerAddress {
  /** http(s)://host[:port][/prefix], no trailing slash, no query. */
  url: string
  token: string
  verifySsl: boolean
  /** SHA-256 fingerprint of a pinned certificate, hex with or without colons. */
  fingerprint?: string
  /** X-Plex-Client-Identifier. It is fixed, because Plex would otherwise list a new device for every run. */
  clientIdentifier: string
}

/** A read of Plex. The type allows no other method and no body: promise 1 of the design. */
export interface PlexRead {
  method: 'GET' | 'HEAD'
  resource: AllowedResource
  /** Only headers on the allow-list are sent; the connection adds token and client identifier. */
  headers?: Readonly<Record<string, string | string[] | undefined>>
  signal?: AbortSignal
  /** Send no token: to identify the server, or to check that it requires the token. */
  withoutToken?: boolean
}

export interface PlexResponseHead {
  status: number
  headers: IncomingHttpHeaders
}

/**
 * Whether the end of a GET answer is marked only by the end of the connection. A broken connection causes an error, but
 * nobody can tell whether Plex itself ended such an answer too early.
 */
export function isCloseDelimited({ status, headers }: PlexResponseHead): boolean {
  const hasBody = status !== 204 && status !== 304
  return hasBody && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

export interface PlexResponse extends PlexResponseHead {
  body: Buffer
}

/** Pauses, resumes or aborts an answer while it arrives. */
export interface PlexReadFlow {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

/**
 * Receives an answer while it arrives: `head`, then `data`, then exactly one of `end` and `fail`. `fail` may also come
 * first.
 */
export interface PlexReadSink {
  head(head: PlexResponseHead, flow: PlexReadFlow): void
  data(chunk: Buffer): void
  end(): void
  fail(error: Error): void
}

/** The only way to Plex. Redirects are never followed. */
export interface PlexConnection extends AsyncDisposable {
  /** Allows reads to carry the token. Until then, a read fails unless it is sent without the token. */
  trust(identity: PlexIdentity): void
  /**
   * Passes the answer's bytes, undecoded, to a sink. This is the fastest way, used by the proxy. Returns a function
   * that aborts the read.
   */
  relay(read: PlexRead, sink: PlexReadSink): (reason: Error) => void
  readonly address: Omit<PlexServerAddress, 'token'>
  /**
   * Streams the answer's bytes, undecoded, into the Writable that `onHead` returns. Rejects when Plex fails before or
   * during the body.
   */
  stream(read: PlexRead, onHead: (head: PlexResponseHead) => Writable): Promise<void>
  /** Buffers the whole answer, decoded; rejects past `maxBytes` (default 16 MiB). */
  get(read: PlexRead, options?: { maxBytes?: number }): Promise<PlexResponse>
}
