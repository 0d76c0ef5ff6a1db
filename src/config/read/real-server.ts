import { createSecretMatcher } from '../../util/redaction/secret-matcher.ts'
import { trimEndOf } from '../../util/trim-end.ts'
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
  const tokenMatcher = createSecretMatcher(
    tokens.map(({ token }) => token).filter((token) => token.length >= minSearchableTokenChars),
  )
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
        for (const address of addresses) result = address.replace(result, proxy?.url ?? '')
      }
      return result
    },
    find(text) {
      if (isToken(text) || tokenMatcher.find(text).length > 0) return 'token'
      const readings = [text, ...decodedBase64(text)]
      const hasAddress = known.some(({ addresses }) =>
        addresses.some((address) => readings.some((reading) => address.isIn(reading))),
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
  const prefix = trimEndOf(pathname, '/')
  // Other services may live on the same host: only host and port together are Plex. Behind a path prefix even these are shared.
  const addresses = [
    createAddress(`${hostname}:${realPort}${prefix}`, { schemes, end: /(?![\w.])/y, endIn: /(?!\d)/y }),
  ]
  if (port === '') {
    const end = prefix === '' ? endOfServer : /(?![\w.:-])/y
    addresses.push(createAddress(`${protocol}//${hostname}${prefix}`, { schemes: [], end, endIn: end }))
  }
  return { token: server.token, proxy, addresses }
}

const schemes = ['https://', 'http://', '//', 'https:', 'http:']

/** `https://home.example` may be Plex while `https://home.example/tautulli` is not: Plex's own paths are few. */
const endOfServer =
  /(?![\w.:-])(?=$|["'\s<>?#]|\/(?:$|["'\s<>?#:]|library|photo|video|music|playlists|hubs|identity|status|media|accounts|clients|web\b))/iy

interface AddressRules {
  /** What goes with the address where it stands before it. */
  schemes: readonly string[]
  /** What must follow the address as it stands, and what must follow it in another spelling. */
  end: RegExp
  endIn: RegExp
}

/** One address of Plex; `A` to `Z` count as `a` to `z`. */
function createAddress(address: string, { schemes, end, endIn }: AddressRules) {
  const plain = lowerCase(address)
  const matcher = createSecretMatcher([address], { ignoreCase: true })
  return {
    isIn: (text: string): boolean => matcher.find(text).some((range) => matchesAt(endIn, text, range.end)),
    /** Replaces the address where it stands as it is. */
    replace(text: string, by: string): string {
      const lower = lowerCase(text)
      let result = ''
      let from = 0
      for (let at = lower.indexOf(plain); at >= 0; at = lower.indexOf(plain, at + 1)) {
        if (at < from || !matchesAt(end, text, at + plain.length)) continue
        const before = lower.slice(from, at)
        const scheme = schemes.find((each) => before.endsWith(each)) ?? ''
        result += text.slice(from, at - scheme.length) + by
        from = at + plain.length
      }
      return result + text.slice(from)
    },
  }
}

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Letters outside of ASCII stay: some have another length in lower case. */
const lowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
