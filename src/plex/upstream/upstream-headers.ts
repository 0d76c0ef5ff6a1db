import type { PlexRead } from './connection.ts'

/** The request headers that may reach Plex, and their allowed values. All other headers are dropped. */
const allowed: Readonly<Record<string, RegExp>> = {
  accept: /^[\x20-\x7e]{1,500}$/,
  'accept-encoding': /^[\x20-\x7e]{1,200}$/,
  'accept-language': /^[A-Za-z0-9*,;=. -]{1,200}$/,
  'if-modified-since': /^[A-Za-z0-9,: +-]{1,100}$/,
  'if-none-match': /^[\x20-\x7e]{1,1000}$/,
  'x-plex-language': /^[a-z]{2,3}(-[A-Z]{2})?$/,
  'x-plex-container-start': /^\d{1,18}$/,
  'x-plex-container-size': /^\d{1,18}$/,
}
const names: readonly string[] = Object.keys(allowed)

/**
 * Builds the headers of a read from scratch: the allowed ones, the token (unless the read is sent without it), and our
 * fixed client id.
 */
export function outgoingHeaders(read: PlexRead, token: string | undefined, clientIdentifier: string): string[] {
  const headers = ['X-Plex-Client-Identifier', clientIdentifier]
  if (token !== undefined) headers.push('X-Plex-Token', token)
  const given = read.headers
  if (given) {
    for (const name of names) {
      const value = given[name]
      if (typeof value === 'string' && allowed[name]?.test(value)) headers.push(name, value)
    }
  }
  return headers
}

/** Removes allowed headers whose value the caller does not want to send to Plex. */
export function withoutHeaders<Headers extends PlexRead['headers'] & object>(
  headers: Headers,
  unwanted: (value: string) => boolean,
): Headers {
  let kept = headers
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string' && unwanted(value)) kept = { ...kept, [name]: undefined }
  }
  return kept
}
