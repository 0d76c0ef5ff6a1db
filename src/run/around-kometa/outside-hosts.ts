import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type GateRules, hostSet, judgeHost } from '../../gate/judge-host.ts'
import { AddressRefused, type Lookup, plainAddress, resolvePublic } from '../../util/net/public-address.ts'

/** How long the names of the Plex servers may take to resolve. */
const resolveTimeoutMs = 3_000

/** The names of these Plex servers, and the addresses that they resolve to now. */
export async function namesOfServers(urls: readonly string[]): Promise<Set<string>> {
  const names = new Set<string>()
  await Promise.all(
    urls.map(async (url) => {
      const name = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
      names.add(name)
      if (isIP(name) !== 0) return
      const timeout = new Promise<never[]>((resolve) => setTimeout(resolve, resolveTimeoutMs, []).unref())
      // A name that does not resolve is blocked all the same, as a name.
      const found = await Promise.race([lookup(name, { all: true }).catch(() => []), timeout])
      for (const { address } of found) names.add(address)
    }),
  )
  return names
}

/**
 * Resolves hosts for our own fetches: an upload may name its image by a URL. The rules of the gate apply, so that
 * Kometa reaches nothing through us that it may not reach itself; above all not Plex, where each GET must be on the
 * list.
 */
export function createOutsideLookup(rules: GateRules, resolve: Lookup = resolvePublic): Lookup {
  const plexNames = hostSet(rules.plexNames)
  const spelled: GateRules = { ...rules, plexNames }
  return async (host) => {
    const verdict = judgeHost(host, spelled)
    if (!verdict.pass) throw new AddressRefused(verdict.reason)
    const addresses = await resolve(host)
    if (addresses.some(({ address }) => plexNames.has(plainAddress(address)))) {
      throw new AddressRefused('this is an address of the Plex server')
    }
    return addresses
  }
}
