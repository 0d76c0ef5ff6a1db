import { createSecretMatcher } from '../../util/redaction/secret-matcher.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import type { ConfigServer } from './plex-servers.ts'

/** A shorter token cannot be searched for inside other text: half of all words would contain it. */
const minSearchableTokenChars = 6

/** Finds and replaces the user's real Plex servers in text, in every spelling: percent, base64, escapes, hex. */
export interface RealServers {
  /** Replaces addresses and tokens of Plex with those of the proxy. */
  replace(text: string): string
  /** What the text contains of a real server: `token`, `address`, or undefined. */
  find(text: string): 'token' | 'address' | undefined
  /** Whether the whole text is a token. This is the only way to find a short token, and `find` reports it too. */
  isToken(text: string): boolean
}

export interface RealServersOptions {
  /** By server index. */
  proxies: readonly { url: string; token: string }[]
  /** The real token may stay, because the user has asked for it by name. */
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

/** The decoded base64 and base64url runs of a text. An address is too short to search for its encoded pieces. */
function decodedBase64(text: string): string[] {
  return (text.match(/[\w+/-]{10,}/g) ?? []).map((run) => Buffer.from(run, 'base64').toString('latin1'))
}

function describe(server: ConfigServer, proxy: { url: string; token: string } | undefined) {
  const { protocol, hostname, port, pathname } = new URL(server.url)
  const realPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const prefix = trimEndOf(pathname, '/')
  // Other services may run on the same host, so only host and port together mean Plex. Behind a path prefix even
  // these are shared.
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

/** `https://home.example` may be Plex while `https://home.example/tautulli` is not. Plex has few paths of its own. */
const endOfServer =
  /(?![\w.:-])(?=$|["'\s<>?#]|\/(?:$|["'\s<>?#:]|library|photo|video|music|playlists|hubs|identity|status|media|accounts|clients|web\b))/iy

interface AddressRules {
  /** Schemes that are replaced together with the address. */
  schemes: readonly string[]
  /** What must follow the address: as it is written, and in another spelling. */
  end: RegExp
  endIn: RegExp
}

/** One address of Plex. Only ASCII letters are compared without regard to case. */
function createAddress(address: string, { schemes, end, endIn }: AddressRules) {
  const plain = lowerCase(address)
  const matcher = createSecretMatcher([address], { ignoreCase: true })
  return {
    isIn: (text: string): boolean => matcher.find(text).some((range) => matchesAt(endIn, text, range.end)),
    /** Replaces the address as it is written. */
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

/** Other letters stay as they are: the lower case of some has another length. */
const lowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
