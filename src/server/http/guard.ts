import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { RequestProblem } from './request-problem.ts'

export interface HostRules {
  /** The studio listens on loopback alone. */
  loopback: boolean
  /** Further names under which a reverse proxy or a user reaches the studio. */
  allowedHosts: readonly string[]
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/.test(host)

/**
 * Whether a Host header names us. In DNS rebinding a foreign name leads here and the browser sends that name, so only
 * known names are allowed. Where others can reach us, an address is allowed too, since an address is nobody's name.
 */
export function isOwnHost(header: string | undefined, rules: HostRules): boolean {
  const [, name = ''] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::\d{1,5})?$/.exec(header ?? '') ?? []
  const host = name.toLowerCase()
  if (host === '') return false
  if (loopbackNames.includes(host)) return true
  // A name that was copied from the address bar may end with a port.
  const named = rules.allowedHosts.map((allowed) => allowed.toLowerCase().replace(/:\d+$/, ''))
  if (named.includes(host)) return true
  if (rules.loopback) return false
  const own = hostname().toLowerCase()
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || host === own || host === `${own}.local`
}

/**
 * Refuses requests that another web page makes a browser send. Throws FORBIDDEN. Another page may link to us, but it
 * may not embed or fetch anything. Only our own pages may write, and only JSON.
 */
export function checkOrigin(request: Pick<IncomingMessage, 'method' | 'headers' | 'url'>): void {
  const { headers, method = 'GET' } = request
  const site = headers['sec-fetch-site']
  const isRead = method === 'GET' || method === 'HEAD'
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  const isApi = (request.url ?? '').startsWith('/api')
  if (site !== undefined && site !== 'same-origin' && !(isRead && (site === 'none' || (isNavigation && !isApi)))) {
    throw forbidden()
  }
  const { origin } = headers
  // A browser sends Origin with every write, and with reads from another page.
  if (origin !== undefined && !isOwnOrigin(origin, headers.host)) throw forbidden()
  if (isRead) return
  const hasBody = headers['content-length'] !== undefined && headers['content-length'] !== '0'
  const isJson = /^application\/json(?:;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? '')
  if ((hasBody || headers['transfer-encoding'] !== undefined || headers['content-type'] !== undefined) && !isJson) {
    // Another page can send plain text and forms without asking first, but not JSON.
    throw new RequestProblem(415, 'BAD_REQUEST', 'The body must be application/json.')
  }
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

const forbidden = () =>
  new RequestProblem(403, 'FORBIDDEN', 'This request comes from another web page.', {
    hint: 'Open Kometa Preview at its own address.',
  })

export const wrongHost = () =>
  new RequestProblem(403, 'FORBIDDEN', 'Kometa Preview does not answer under this name.', {
    hint: 'Open the address that it printed, or allow this name with --allow-host.',
  })
