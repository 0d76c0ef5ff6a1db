import type { LookupAddress } from 'node:dns'
import { BlockList, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AddressRefused, plainAddress } from '../util/net/public-address.ts'

/** One Plex server of the job: its names and addresses, in one spelling, and its port. */
export interface PlexPlace {
  names: ReadonlySet<string>
  port: number
}

/** No service has such an address: link-local (with cloud metadata), "any address", multicast, broadcast. */
const never = new BlockList()
never.addSubnet('0.0.0.0', 8, 'ipv4')
never.addSubnet('169.254.0.0', 16, 'ipv4')
never.addSubnet('224.0.0.0', 3, 'ipv4')
never.addAddress('::', 'ipv6')
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')
/** The metadata service of a cloud, on IPv6. */
never.addAddress('fd00:ec2::254', 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * Throws AddressRefused for an address that a service of the config must not have: that of a Plex server of the job,
 * under any of its names, since every read of Plex has to be on the list; and link-local and metadata addresses.
 * Private addresses are fine: services live there.
 */
export function judgeService(
  host: string,
  addresses: readonly LookupAddress[],
  port: number,
  plex: readonly PlexPlace[],
): void {
  const places = [host, ...addresses.map(({ address }) => address)].map(plainAddress)
  if (addresses.some(({ address }) => isIn(never, plainAddress(address))))
    throw new AddressRefused('this is a link-local or reserved address')
  for (const server of plex) {
    if (server.port !== port) continue
    const here = [...server.names].some(isThisMachine) && places.some(isThisMachine)
    if (here || places.some((place) => server.names.has(place)))
      throw new AddressRefused('this is the address of the Plex server: Kometa reaches it through the proxy alone')
  }
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** Loopback and every interface lead to the same listening socket. */
function isThisMachine(address: string): boolean {
  if (!/^[\d.]+$|:/.test(address)) return false
  if (isIn(loopback, address)) return true
  return Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address))
}
