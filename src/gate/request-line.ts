import { timingSafeEqual } from 'node:crypto'
import { coversHost, notificationHosts } from './hosts.ts'
import { normalizeHost } from './judge-host.ts'

/** Longest path in an entry. */
const maxPathChars = 500

export function isAuthorized(given: string | undefined, expected: Buffer): boolean {
  const bytes = Buffer.from(given ?? '')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** The host and port that CONNECT names; null when they are not valid. */
export function splitAuthority(authority: string): { host: string; port: number } | null {
  const [, host = '', digits = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/@?#\s]+):(\d{1,5})$/.exec(authority) ?? []
  const name = normalizeHost(host)
  const port = Number(digits)
  return name !== null && port > 0 && port < 65_536 ? { host: name, port } : null
}

/** The address that a plain request to a proxy names; null when it is none. */
export function parseAbsolute(target: string): URL | null {
  if (!/^http:\/\//i.test(target) || !URL.canParse(target)) return null
  const url = new URL(target)
  return url.username === '' && url.password === '' ? url : null
}

/** Path and query exactly as the client sent them: our own proxies judge these bytes. */
export function originForm(target: string): string {
  const [, rest = ''] = /^http:\/\/[^/?#]*([^#]*)/i.exec(target) ?? []
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * The path of a refused request, for its entry. It has no query, which may hold a key. A webhook's path is itself a
 * secret, so that it is ''.
 */
export function pathForEntry(host: string, resource: string): string {
  const name = normalizeHost(host) ?? host
  if (coversHost(notificationHosts, name)) return ''
  return (resource.split(/[?#]/, 1)[0] ?? '').slice(0, maxPathChars)
}
