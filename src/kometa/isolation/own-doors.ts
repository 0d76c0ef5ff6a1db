import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { loopbackName } from '../../util/net/loopback.ts'

/** How Kometa reaches what listens on this machine's loopback. */
export interface Loopback {
  /** Of the gate, which a client is told as an address. */
  address: string
  /** Of our other proxies, each of which Kometa asks without the gate. */
  name: string
}

/** For a Kometa that sees this machine's own loopback. */
export const ownLoopback = async (): Promise<Loopback> => ({ address: '127.0.0.1', name: await loopbackName() })

/**
 * For a container on this machine's network: Docker gives it a copy of this machine's /etc/hosts. Where that does not name
 * localhost, an address is used, and each client asks the gate.
 */
export async function sharedLoopback(hostsFile = '/etc/hosts'): Promise<Loopback> {
  const text = await readFile(hostsFile, 'utf8').catch(() => '')
  const isNamed = /^[ \t]*127\.0\.0\.1[ \t][^#\n]*\blocalhost(?![\w.-])/m.test(text)
  return isNamed ? ownLoopback() : { address: '127.0.0.1', name: '127.0.0.1' }
}

export const urlOf = ({ name }: Loopback, port: number): string => `http://${name}:${port}`

/**
 * NO_PROXY for exactly these ports, and for nothing else of this machine. `requests` and urllib heed a port behind a name
 * (measured: requests 2.34, urllib of Python 3.11); behind an address `requests` does not, and curl heeds none. Whoever does
 * not heed it, or has no name to use, asks the gate, which leads to the same ports and no others.
 */
export function exemptions(loopback: Loopback, ports: Iterable<number>): string {
  if (isIP(loopback.name) !== 0) return ''
  return [...ports].map((port) => `${loopback.name}:${port}`).join(',')
}
