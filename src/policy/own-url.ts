import { isPlexOwnUrl } from './classify-read.ts'
import { recognizeRead } from './recognize-read.ts'

/** The last one is how a container calls the machine that it runs on (Docker Desktop). */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]', 'host.docker.internal'])

/**
 * The path and query, on this proxy, behind a `?url=` upload that means something Plex itself has: our own address
 * (Kometa
 * restores posters so), Plex's address, a path, or the scheme of artwork that Plex stores. null for any other URL.
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
  // Cut from the text itself: the URL class would rewrite dot segments and escapes before they are judged.
  return /^http:\/\/[^/]+(\/.*)$/i.exec(url)?.[1] ?? null
}

/** True for the address of a picture that a Plex serves, on whichever host. */
export function isPlexPicture(url: string): boolean {
  return URL.canParse(url) && recognizeRead(new URL(url).pathname)?.row.answer === 'picture'
}
