import type { IncomingHttpHeaders } from 'node:http'
import type { Store } from './model/state.ts'
import type { Reply } from './nodes/reply.ts'
import type { ScopeHonours } from './query/evaluate.ts'
import type { Lister } from './query/listing.ts'
import type { QueryPair } from './query/query.ts'

/** One request, parsed as far as all routes need it. */
export interface Call {
  method: string
  /** Without the prefix and the query. */
  path: string
  /** Path and query as received. */
  resource: string
  pairs: readonly QueryPair[]
  headers: IncomingHttpHeaders
  body: Uint8Array
  paging: Paging | null
}

export interface Paging {
  start: number
  size: number
}

/** The parts of the server that routes use. */
export interface Server {
  store: Store
  lister: Lister
  honours: ScopeHonours
  identity: Identity
  clock: () => number
  token: string
}

interface Identity {
  friendlyName: string
  machineIdentifier: string
  version: string
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: RegExp
  /** True for a GET that changes state, as some GETs of Plex do. */
  changes?: true
  /** `parts` are the groups of `path`. */
  handle(call: Call, server: Server, parts: readonly string[]): Reply | Promise<Reply>
}

export function value(call: Call, name: string): string | undefined {
  return call.pairs.find((pair) => pair.name === name)?.value
}

export function isOn(call: Call, name: string): boolean {
  return value(call, name) === '1'
}

/** Paging comes from the header, otherwise from the query: python-plexapi uses both. */
export function pagingOf(headers: IncomingHttpHeaders, pairs: readonly QueryPair[]): Paging | null {
  const read = (name: string) => {
    const header = headers[name.toLowerCase()]
    const text = typeof header === 'string' ? header : pairs.find((pair) => pair.name === name)?.value
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null
  }
  const start = read('X-Plex-Container-Start')
  const size = read('X-Plex-Container-Size')
  if (start === null && size === null) return null
  return { start: start ?? 0, size: size ?? Number.MAX_SAFE_INTEGER }
}
