import type { Socket } from 'node:net'
import { AddressRefused, plainAddress, resolvePublic } from '../util/net/public-address.ts'
import { type Dial, dialFirst, dialThroughProxy } from './dial.ts'
import type { GateLimits, GateOptions } from './gate-options.ts'
import { type GateRules, hostSet, judgeHost, judgePort, normalizeHost } from './judge-host.ts'

/** Where the gate leads a client that names a host and a port. */
export interface Ways {
  /** The port of one of our own proxies, which judges and records the request itself; null for any other place. */
  ownPort(host: string, port: number): number | null
  /** True for a service that one of our proxies reads: a tunnel would hide the requests. */
  isService(host: string, port: number): boolean
  /** Why the rules forbid the place; null when they do not. */
  refusal(host: string, port: number): string | null
  /** Throws AddressRefused when the host's address is forbidden. */
  dial: Dial
  dialOwn(port: number): Promise<Socket>
}

/** Spellings of this machine's loopback. */
const ownHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', 'host.docker.internal'])

export function createWays(options: GateOptions, limits: GateLimits): Ways {
  // In the one spelling that hosts are compared in.
  const rules: GateRules = { ...options.rules, plexNames: hostSet(options.rules.plexNames) }
  return {
    ownPort(host, port) {
      const service = options.services?.get(`${normalizeHost(host) ?? host}:${port}`)
      return service ?? (options.ownPorts?.has(port) && ownHosts.has(host) ? port : null)
    },
    isService: (host, port) => options.services?.has(`${host}:${port}`) ?? false,
    refusal(host, port) {
      const verdict = judgeHost(host, rules)
      return verdict.pass ? judgePort(port, rules) : verdict.reason
    },
    dial: createDial(options, rules.plexNames, limits),
    dialOwn: (port) => dialFirst([{ address: '127.0.0.1', family: 4 }], port, limits.connectTimeoutMs),
  }
}

function createDial(options: GateOptions, plexNames: ReadonlySet<string>, limits: GateLimits): Dial {
  const { nextHop } = options
  if (nextHop) return (host, port, how) => dialThroughProxy(nextHop, host, port, limits.connectTimeoutMs, how)
  const resolve = options.resolve ?? resolvePublic
  return async (host, port) => {
    const addresses = await resolve(host)
    // Plex behind a reverse proxy has many names.
    if (addresses.some(({ address }) => plexNames.has(plainAddress(address)))) {
      throw new AddressRefused('this is an address of the Plex server: Kometa reaches it through the proxy alone')
    }
    return dialFirst(addresses, port, limits.connectTimeoutMs)
  }
}
