import { AppError } from '../../contract/errors.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { get, textOf, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import type { Secrets } from './environment/secrets.ts'

/**
 * One Plex server of a config: what src/plex needs to reach it. `token` is the user's real one, so it stays in
 * memory.
 */
export interface ConfigServer {
  /** http(s)://host[:port][/prefix], no trailing slash, no query. */
  url: string
  token: string
  verifySsl: boolean
  fingerprint?: string
  /** The user's Kometa UUID. Absent if the file cannot be read. */
  clientIdentifier?: string
}

/** The url and token of a library that has both. */
export interface PlexAccess {
  url: string
  token: string
  verifySsl: boolean
}

/**
 * The server of one library: its own `plex:` section over that of the config, with `ENV` replaced from the
 * environment (config.py:1809-1872). null if url or token is missing, since Kometa then skips the library. Throws
 * SECRET_UNRESOLVED and CONFIG_INVALID.
 */
export function plexAccess(
  document: YamlMap,
  library: YamlMap | null,
  name: string,
  secrets: Secrets,
): PlexAccess | null {
  const own = (key: string): YamlValue | undefined =>
    get(library ?? undefined, 'plex', key) ?? get(document, 'plex', key)
  const url = fromEnvironment(textValue(own('url')), 'url', secrets.plexUrl)
  const token = fromEnvironment(textValue(own('token')), 'token', secrets.plexToken)
  if (url === undefined || token === undefined) return null
  // The token goes into a header, so it must not contain a character that ends the header.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError(
      'CONFIG_INVALID',
      `plex.token of ${name} contains blanks, line breaks or characters that no token has`,
    )
  }
  const verify = [own('verify_ssl'), get(document, 'settings', 'verify_ssl')].find(
    (value) => typeof value === 'boolean',
  )
  return { url: checkUrl(url, name), token, verifySsl: verify !== false }
}

function textValue(value: YamlValue | undefined): string | undefined {
  const text = value === null ? '' : textOf(value).trim()
  return text === '' ? undefined : text
}

function fromEnvironment(
  value: string | undefined,
  what: 'url' | 'token',
  found: string | undefined,
): string | undefined {
  if (value?.toLowerCase() !== 'env') return value
  if (found) return found
  throw new AppError('SECRET_UNRESOLVED', `plex.${what} is ENV, but KOMETA_PLEX_${what.toUpperCase()} is not set`, {
    hint: `Set KOMETA_PLEX_${what.toUpperCase()}, or give --secret plex-${what}=VALUE.`,
  })
}

function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const good = url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === ''
  if (!good || !/^https?:\/\//i.test(text)) {
    throw new AppError('CONFIG_INVALID', `plex.url of ${name} is not an address such as http://192.168.1.10:32400`)
  }
  return trimEndOf(`${url.protocol}//${url.host}${url.pathname}`, '/\\')
}

/** Collects distinct pairs of url and token. `indexOf` returns the position of one pair. */
export function createServerList(details: (url: string) => Pick<ConfigServer, 'fingerprint' | 'clientIdentifier'>) {
  const servers: ConfigServer[] = []
  return {
    servers,
    indexOf(access: PlexAccess): number {
      const known = servers.findIndex(({ url, token }) => url === access.url && token === access.token)
      return known >= 0 ? known : servers.push({ ...access, ...details(access.url) }) - 1
    },
  }
}
