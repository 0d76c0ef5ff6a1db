import { timingSafeEqual } from 'node:crypto'
import { coversHost, notificationHosts } from './hosts.ts'
import { normalizeHost } from './judge-host.ts'

/** Of a path in an entry. */
const maxPathChars = 500

export function isAuthorized(given: string | undefined, expected: Buffer): boolean {
  const bytes = Buffer.from(given ?? '')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** What CONNECT names. */
export function splitAuthority(authority: string): { host: string; port: number } | null {
  const [, host = '', digits = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/@?#\s]+):(\d{1,5})$/.exec(authority) ?? []
  const name = normalizeHost(host)
  const port = Number(digits)
  return name !== null && port > 0 && port < 65_536 ? { host: name, port } : null
}

/** What a plain request to a proxy names. */
export function parseAbsolute(target: string): URL | null {
  if (!/^http:\/\//i.test(target) || !URL.canParse(target)) return null
  const url = new URL(target)
  return url.username === '' && url.password === '' ? url : null
}

/** Path and query as they were sent: whoever judges them must see what the client wrote. */
export function originForm(target: string): string {
  const [, rest = ''] = /^http:\/\/[^/?#]*([^#]*)/i.exec(target) ?? []
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** The path of a refused request, for its entry: no query, which may hold a key, and nothing of a webhook, whose path is one. */
export function pathForEntry(host: string, resource: string): string {
  const name = normalizeHost(host) ?? host
  if (coversHost(notificationHosts, name)) return ''
  return (resource.split(/[?#]/, 1)[0] ?? '').slice(0, maxPathChars)
}
