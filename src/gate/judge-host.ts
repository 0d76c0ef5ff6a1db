import { isIP } from 'node:net'
import { isPublicAddress, plainAddress } from '../util/net/public-address.ts'
import { coversHost, notificationHosts, plexHosts, readOnlyHosts } from './hosts.ts'

export interface GateRules {
  /** open: public hosts that nobody knows pass; strict: only known read-only sources and `allow`. */
  mode: 'open' | 'strict'
  /**
   * Host names and addresses of `gate.allow` and `gate.deny` in preview.yml; a leading dot covers all below. Deny
   * wins.
   */
  allow: readonly string[]
  deny: readonly string[]
  /** Every name and address of the Plex servers of this job, as `hostSet` spells them. */
  plexNames: ReadonlySet<string>
  /** Ports of Plex servers, beside 32400. The gate opens no connection to such a port. */
  plexPorts?: ReadonlySet<number>
  /** The account at plex.tv may be asked (`preview.expose_token`). */
  plexAccount: boolean
}

export type HostVerdict = { pass: true; known: boolean } | { pass: false; reason: string }

const pass = (known: boolean): HostVerdict => ({ pass: true, known })
const block = (reason: string): HostVerdict => ({ pass: false, reason })

/** Judges a host by its name, before it is resolved; `judgeAddress` then judges what it resolves to. */
export function judgeHost(host: string, rules: GateRules): HostVerdict {
  const name = normalizeHost(host)
  if (name === null) return block('this is no host name')
  if (rules.plexNames.has(name)) return block('this is the Plex server: Kometa reaches it through the proxy alone')
  if (coversHost(notificationHosts, name)) return block('a preview sends no notifications')
  if (covers(rules.deny, name)) return block('gate.deny in preview.yml names it')
  if (coversHost(readOnlyHosts, name)) return pass(true)
  if (coversHost(plexHosts, name)) {
    return rules.plexAccount && !coversHost(['.plex.direct'], name)
      ? pass(true)
      : block('Plex is reached through the proxy alone; overlays that need plex.tv want preview.expose_token')
  }
  if (isIP(name) !== 0) {
    if (!isPublicAddress(name)) return block('this is a private, local or reserved address')
    return rules.mode === 'open' || covers(rules.allow, name) ? pass(false) : blockUnknown(rules)
  }
  if (isLocalName(name)) return block('this is a name of the local network')
  if (coversHost(rules.allow, name)) return pass(true)
  return rules.mode === 'open' ? pass(false) : blockUnknown(rules)
}

/**
 * Why a port is refused, for any host; null when it is not. A Plex server has names and addresses that the gate does
 * not know, but few ports.
 */
export function judgePort(port: number, { plexPorts }: GateRules): string | null {
  if (port !== defaultPlexPort && !(plexPorts?.has(port) ?? false)) return null
  return `port ${port} is that of a Plex server: Kometa reaches it through the proxy alone`
}

const defaultPlexPort = 32_400

function covers(names: readonly string[], name: string): boolean {
  return isIP(name) === 0 ? coversHost(names, name) : names.some((one) => normalizeHost(one) === name)
}

/** Names and addresses in the one spelling that a host is compared in. */
export function hostSet(hosts: Iterable<string>): Set<string> {
  return new Set([...hosts].map((host) => normalizeHost(host) ?? host.toLowerCase()))
}

function blockUnknown(rules: GateRules): HostVerdict {
  return block(`gate: ${rules.mode} lets only known read-only sources pass; add it to gate.allow if overlays need it`)
}

/**
 * Lower case, no trailing dot, no brackets, one spelling of each address; null for what is neither a name nor an
 * address.
 */
export function normalizeHost(host: string): string | null {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const name = bare.toLowerCase().replace(/\.$/, '')
  if (isIP(name) !== 0) return plainAddress(name)
  // A name of digits, dots and x alone may be read as an address by some resolver: 0x7f.1, 2130706433, 127.1.
  if (/^[0-9a-fx.]*$/.test(name) && /^(0x[0-9a-f]+|\d+)$/.test(name.split('.').at(-1) ?? '')) return null
  return /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/.test(name) ? name : null
}

/** Names that only the local network can answer. */
function isLocalName(name: string): boolean {
  if (!name.includes('.')) return true
  return coversHost(['.local', '.localhost', '.lan', '.home', '.internal', '.home.arpa', '.intranet', '.corp'], name)
}
