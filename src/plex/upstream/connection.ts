import type { IncomingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'
import type { AllowedResource } from '../../policy/classify-read.ts'

declare const seenIdentity: unique symbol
/** What a server has said of itself on `/identity`, without the token. Only `identify` makes one. */
export interface PlexIdentity {
  readonly machineIdentifier: string
  /** '' where the server does not tell it. */
  readonly version: string
  readonly [seenIdentity]: true
}

/** How to reach one Plex server. Lives in memory only: `token` is the user's real one. */
export interface PlexServerAddress {
  /** http(s)://host[:port][/prefix], no trailing slash, no query. */
  url: string
  token: string
  verifySsl: boolean
  /** SHA-256 fingerprint of a pinned certificate, hex with or without colons. */
  fingerprint?: string
  /** X-Plex-Client-Identifier: a fixed one, or Plex lists a new device for every run. */
  clientIdentifier: string
}

/** A read of Plex. The type has no place for another method or a body: promise 1 of the design. */
export interface PlexRead {
  method: 'GET' | 'HEAD'
  resource: AllowedResource
  /** Only names of the header allow-list get through; the connection adds token and client identifier. */
  headers?: Readonly<Record<string, string | string[] | undefined>>
  signal?: AbortSignal
  /** Send no token: to ask who is there, and whether the token is a barrier. */
  withoutToken?: boolean
}

export interface PlexResponseHead {
  status: number
  headers: IncomingHttpHeaders
}

/**
 * Whether nothing but the end of the connection says that the answer to a GET is whole. A connection that breaks ends
 * with
 * an error; one that Plex itself ends too early cannot be told apart.
 */
export function isCloseDelimited({ status, headers }: PlexResponseHead): boolean {
  const hasBody = status !== 204 && status !== 304
  return hasBody && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

export interface PlexResponse extends PlexResponseHead {
  body: Buffer
}

/** Holds back, lets on or ends an answer that is under way. */
export interface PlexReadFlow {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

/**
 * Takes an answer as it comes. `head`, then `data`, then exactly one of `end` and `fail` (which may also come first).
 */
export interface PlexReadSink {
  head(head: PlexResponseHead, flow: PlexReadFlow): void
  data(chunk: Buffer): void
  end(): void
  fail(error: Error): void
}

/** The only way to Plex. Redirects are never followed. */
export interface PlexConnection extends AsyncDisposable {
  /** From now on reads carry the token. Before, a read fails unless it goes without. */
  trust(identity: PlexIdentity): void
  /**
   * The answer's bytes, undecoded, into a sink; the fastest way, for the proxy. Returns a function that gives it up.
   */
  relay(read: PlexRead, sink: PlexReadSink): (reason: Error) => void
  readonly address: Omit<PlexServerAddress, 'token'>
  /**
   * Streams the answer's bytes, undecoded, into the Writable that `onHead` returns. Rejects when Plex fails before or
   * in mid-body.
   */
  stream(read: PlexRead, onHead: (head: PlexResponseHead) => Writable): Promise<void>
  /** Buffers the whole answer, decoded; rejects past `maxBytes` (default 16 MiB). */
  get(read: PlexRead, options?: { maxBytes?: number }): Promise<PlexResponse>
}
