import type { IncomingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'

declare const allowedTarget: unique symbol
/** A request target (path and query) that `classifyRead` has judged. Nothing else can be sent to Plex. */
export type AllowedTarget = string & { readonly [allowedTarget]: true }

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
  target: AllowedTarget
  /** Only names of the header allow-list get through; the connection adds token and client identifier. */
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** Send no token: only to find out whether the token is a barrier. */
  withoutToken?: boolean
}

export interface PlexResponseHead {
  status: number
  headers: IncomingHttpHeaders
}

export interface PlexResponse extends PlexResponseHead {
  body: Buffer
}

/** The only way to Plex. Redirects are never followed. */
export interface PlexConnection extends AsyncDisposable {
  readonly address: Omit<PlexServerAddress, 'token'>
  /** Streams the answer's bytes, undecoded, into the Writable that `onHead` returns. Rejects when Plex fails before or in mid-body. */
  stream(read: PlexRead, onHead: (head: PlexResponseHead) => Writable): Promise<void>
  /** Buffers the whole answer, decoded; rejects past `maxBytes` (default 16 MiB). */
  get(read: PlexRead, options?: { maxBytes?: number }): Promise<PlexResponse>
}
