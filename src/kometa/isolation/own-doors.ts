import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { loopbackName } from '../../util/net/loopback.ts'

/** How Kometa reaches this machine's loopback. */
export interface Loopback {
  /** The gate's host; clients are given an address. */
  address: string
  /** The host of our other proxies, which Kometa asks directly and not through the gate. */
  name: string
}

/** For a Kometa that sees this machine's own loopback. */
export const ownLoopback = async (): Promise<Loopback> => ({ address: '127.0.0.1', name: await loopbackName() })

/**
 * For a container on this machine's network, which gets a copy of this machine's /etc/hosts from Docker. If that file
 * does not name localhost, an address is used, and every client goes through the gate.
 */
export async function sharedLoopback(hostsFile = '/etc/hosts'): Promise<Loopback> {
  const text = await readFile(hostsFile, 'utf8').catch(() => '')
  const isNamed = /^[ \t]*127\.0\.0\.1[ \t][^#\n]*\blocalhost(?![\w.-])/m.test(text)
  return isNamed ? ownLoopback() : { address: '127.0.0.1', name: '127.0.0.1' }
}

export const urlOf = ({ name }: Loopback, port: number): string => `http://${name}:${port}`

/**
 * NO_PROXY for exactly these ports of this machine. `requests` and urllib respect a port after a name (measured with
 * requests 2.34 and urllib of Python 3.11). After an address, `requests` does not, and curl never does. A client that
 * ignores the entry asks the gate, which leads to the same ports and no others.
 */
export function exemptions(loopback: Loopback, ports: Iterable<number>): string {
  if (isIP(loopback.name) !== 0) return ''
  return [...ports].map((port) => `${loopback.name}:${port}`).join(',')
}
