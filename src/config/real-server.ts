import { secretPattern } from '../util/secret-pattern.ts'
import type { ConfigServer } from './plex-servers.ts'

/** A token of fewer characters cannot be searched for inside other text: it would be found in half of all words. */
const minSearchableTokenChars = 6

/** Finds and replaces the user's real Plex servers in text, in every spelling: percent, base64, escapes, hex. */
export interface RealServers {
  /** The text with addresses and tokens of Plex replaced by those of the proxy. */
  replace(text: string): string
  /** What of a real server stands in the text: `token`, `address`, or undefined. */
  find(text: string): 'token' | 'address' | undefined
  /** Whether the text as a whole is a token, which `find` says too: a short one is looked for in no other way. */
  isToken(text: string): boolean
}

export interface RealServersOptions {
  /** By server index. */
  proxies: readonly { url: string; token: string }[]
  /** The real token may stay: the user has asked for it by name. */
  exposeToken: boolean
}

export function createRealServers(servers: readonly ConfigServer[], options: RealServersOptions): RealServers {
  const known = servers.map((server, index) => describe(server, options.proxies[index]))
  const tokens = options.exposeToken ? [] : known
  const isToken = (text: string): boolean => tokens.some(({ token }) => text === token)
  return {
    isToken,
    replace(text) {
      let result = text
      for (const { token, proxy } of tokens) {
        if (result === token) result = proxy?.token ?? ''
        else if (token.length >= minSearchableTokenChars) result = result.replaceAll(token, proxy?.token ?? '')
      }
      for (const { addresses, proxy } of known) {
        for (const address of addresses) result = result.replace(address, proxy?.url ?? '')
      }
      return result
    },
    find(text) {
      if (isToken(text) || tokens.some(({ tokenPattern }) => tokenPattern?.test(text))) return 'token'
      const readings = [text, ...decodedBase64(text)]
      const hasAddress = known.some(({ addressPatterns }) =>
        addressPatterns.some((pattern) => readings.some((reading) => pattern.test(reading))),
      )
      return hasAddress ? 'address' : undefined
    },
  }
}

/** What stands in a text as base64 or base64url; an address is too short for its pieces to be searched for as they are. */
function decodedBase64(text: string): string[] {
  return (text.match(/[\w+/-]{10,}/g) ?? []).map((run) => Buffer.from(run, 'base64').toString('latin1'))
}

function describe(server: ConfigServer, proxy: { url: string; token: string } | undefined) {
  const { protocol, hostname, port, pathname } = new URL(server.url)
  const realPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const prefix = pathname.replace(/\/+$/, '')
  // Other services may live on the same host: only host and port together are Plex. Behind a path prefix even these are shared.
  const withPort = `${hostname}:${realPort}${prefix}`
  const bare = port === '' ? [`${protocol}//${hostname}${prefix}`] : []
  const searchable = server.token.length >= minSearchableTokenChars
  return {
    token: server.token,
    proxy,
    tokenPattern: searchable ? new RegExp(secretPattern(server.token).source) : undefined,
    addresses: [
      new RegExp(`(?:https?:)?(?://)?${escapeRegex(withPort)}(?![\\w.])`, 'gi'),
      ...bare.map((url) => new RegExp(`${escapeRegex(url)}(?![\\w.:-])${prefix === '' ? serviceGuard : ''}`, 'gi')),
    ],
    addressPatterns: [
      new RegExp(`(?:${secretPattern(withPort).source})(?!\\d)`, 'i'),
      ...bare.map(
        (url) => new RegExp(`(?:${secretPattern(url).source})(?![\\w.:-])${prefix === '' ? serviceGuard : ''}`, 'i'),
      ),
    ],
  }
}

/** `https://home.example` may be Plex while `https://home.example/tautulli` is not: Plex's own paths are few. */
const serviceGuard =
  '(?=$|["\'\\s<>?#]|/(?:$|["\'\\s<>?#:]|library|photo|video|music|playlists|hubs|identity|status|media|accounts|clients|web\\b))'

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
