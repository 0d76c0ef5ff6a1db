import { isPlexOwnUrl } from './classify-read.ts'
import { recognizeRead } from './recognize-read.ts'

/** `host.docker.internal` is the name by which a container reaches its host (Docker Desktop). */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]', 'host.docker.internal'])

/**
 * The path and query on this proxy for a `?url=` upload of something that Plex itself has; null for any other URL. Such
 * a URL is our own address (Kometa restores posters with it), Plex's address, a path, or a scheme for artwork that Plex
 * stores.
 */
export function ownResource(url: string, ratingKey: string | null, proxyPort: number, plexUrl: string): string | null {
  if (isPlexOwnUrl(url)) {
    return ratingKey === null ? null : `/library/metadata/${ratingKey}/file?url=${encodeURIComponent(url)}`
  }
  if (url.startsWith('/')) return url.startsWith('//') ? null : url
  if (url.startsWith(`${plexUrl}/`)) return url.slice(plexUrl.length)
  if (!URL.canParse(url)) return null
  const { protocol, hostname, port, username, password } = new URL(url)
  if (protocol !== 'http:' || username !== '' || password !== '') return null
  if (!loopback.has(hostname) || port !== String(proxyPort)) return null
  // Cut from the original text, because the URL class would rewrite dot segments and escapes before they are checked.
  return /^http:\/\/[^/]+(\/.*)$/i.exec(url)?.[1] ?? null
}

/** True for the address of a picture on a Plex server, on any host. */
export function isPlexPicture(url: string): boolean {
  return URL.canParse(url) && recognizeRead(new URL(url).pathname)?.row.answer === 'picture'
}
