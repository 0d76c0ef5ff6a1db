import { decodeFully } from '../../policy/percent-decoding.ts'
import { createRedactor } from '../../util/redact.ts'

const maxUrlChars = 2048
/** Parameters whose value is a secret wherever they occur. */
const secretNames = /token|api[-_]?key|secret|passw|signature|credential|^(?:sig|auth|key)$/i
const redactor = createRedactor([])

/**
 * The URL for a record, without user, password, fragment and every parameter that holds a secret; at most 2,048
 * characters.
 */
export function redactUrl(url: string): string {
  return redactor.text(withoutSecretParts(url, secretNames)).slice(0, maxUrlChars)
}

/** The URL without user, password, fragment and any Plex token: what may go to a host that is not Plex. */
export function withoutPlexToken(url: string): string {
  return withoutSecretParts(url, /^X-Plex-Token$/i)
}

function withoutSecretParts(url: string, names: RegExp): string {
  const [beforeFragment = ''] = url.split('#', 1)
  const bare = beforeFragment.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?]*@/i, '$1')
  const mark = bare.indexOf('?')
  if (mark === -1) return bare
  const kept = bare
    .slice(mark + 1)
    .split('&')
    .filter((pair) => !holdsSecret(pair, names))
  return kept.length > 0 ? `${bare.slice(0, mark)}?${kept.join('&')}` : bare.slice(0, mark)
}

/**
 * True for a pair with such a name, and for one whose value holds a Plex token
 * (`/photo/:/transcode?url=...X-Plex-Token%3D...`). Up to four layers of percent encoding are taken off.
 */
function holdsSecret(pair: string, names: RegExp): boolean {
  const plain = decodeFully(pair)
  return names.test(plain.replace(/=.*/s, '')) || /x-plex-token/i.test(plain)
}
