import type { LookupAddress } from 'node:dns'
import { lookup as dnsLookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Finds all addresses of a host name. */
export type Lookup = (host: string) => Promise<LookupAddress[]>

/**
 * IPv4 addresses that are not on the open internet: private, loopback, link-local (with cloud metadata), carrier,
 * documentation, multicast and reserved addresses.
 */
const notPublicV4 = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
])

/**
 * IPv6 outside 2000::/3 is never public. Inside it, tunnels that carry an IPv4 address, documentation and benchmarking
 * addresses are not public.
 */
const globalV6 = blockList('ipv6', [['2000::', 3]])
const notPublicV6 = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])
/**
 * Tells whether an IP address (not a name) belongs to the open internet. A LAN, this machine, a link-local or metadata
 * address, multicast, and anything that cannot be judged (zone ids, odd spellings) do not.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false
  if (isIPv4(address)) return !notPublicV4.check(address, 'ipv4')
  if (isIP(address) !== 6) return false
  const groups = v6Groups(address)
  if (carriesV4(groups)) return !notPublicV4.check(innerV4(groups), 'ipv4')
  return globalV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6')
}

/** Normalizes the spelling of an address: IPv6 as URLs write it, and an IPv4 address in IPv6 form as plain IPv4. */
export function plainAddress(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address.toLowerCase()
  const groups = v6Groups(address)
  return carriesV4(groups) ? innerV4(groups) : new URL(`http://[${address}]/`).hostname.slice(1, -1)
}

/** The host has no address, or at least one that is not on the open internet. The message is one line in words. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/**
 * Looks up all addresses of a host (name or literal) once and judges each of them. Connect only to these: a second
 * lookup could answer differently (DNS rebinding). Rejects with AddressRefused when one of the addresses is not public,
 * and with the error of the lookup when there is no address.
 */
export async function resolvePublic(host: string, lookup: Lookup = lookupAll): Promise<LookupAddress[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(bare)
  const addresses = family === 0 ? await lookup(bare) : [{ address: bare, family }]
  if (addresses.length === 0) throw new AddressRefused('the host has no address')
  if (!addresses.every(({ address }) => isPublicAddress(address))) {
    throw new AddressRefused('the host is on a private, local or reserved address')
  }
  return addresses
}

const lookupAll: Lookup = (host) => dnsLookup(host, { all: true, verbatim: true })

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly [net: string, prefix: number][]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family)
  return list
}

/** The eight 16-bit groups of a valid IPv6 address in any spelling. */
function v6Groups(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [left = '', right] = hex.split('::')
  const parse = (side: string) => (side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16)))
  const before = parse(left)
  const after = right === undefined ? [] : parse(right)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

/**
 * Tells whether the address is an IPv4 address in IPv6 form: mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96). The
 * connection then goes to the inner address.
 */
function carriesV4(groups: readonly number[]): boolean {
  const prefix = groups.slice(0, 6).join(':')
  return prefix === `0:0:0:0:0:${0xffff}` || prefix === `${0x64}:${0xff9b}:0:0:0:0`
}

function innerV4(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
