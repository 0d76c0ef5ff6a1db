import type { resolvePublic } from '../util/net/public-address.ts'
import type { Authority } from './authority/authority.ts'
import type { NextHop } from './dial.ts'
import type { GateEntry } from './gate-entries.ts'
import type { GateRules } from './judge-host.ts'

export interface GateLimits {
  /** Until a connection to the outside stands. */
  connectTimeoutMs: number
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number
  /** Without a byte in either direction. */
  idleTimeoutMs: number
  maxConnections: number
}

export const defaultGateLimits: GateLimits = {
  connectTimeoutMs: 15_000,
  headersTimeoutMs: 60_000,
  idleTimeoutMs: 300_000,
  maxConnections: 256,
}

export interface GateOptions {
  rules: GateRules
  /** The user's own proxy. Names and literal addresses are judged here; the proxy gets the name. */
  nextHop?: NextHop | null
  /**
   * Ports of this machine's loopback on which our own proxies listen. A client that asks the gate for one of them is
   * led there.
   */
  ownPorts?: ReadonlySet<number>
  /** `host:port` of services that Kometa asks by the user's own address -> the port of our proxy that reads them. */
  services?: ReadonlyMap<string, number>
  /**
   * An authority that Kometa trusts, once it is certain that Kometa does. With it, a refusal is answered inside the
   * tunnel. The gate never plays a host that it lets through.
   */
  authority?: Promise<Authority | null>
  onEntry(entry: GateEntry): void
  limits?: Partial<GateLimits>
  /** Resolves names in tests, where hosts have private addresses. */
  resolve?: typeof resolvePublic
}
