import { isList, isMap, textOf, walkScalars, type YamlValue } from '../../yaml/yaml-value.ts'

const secretKey =
  /token|api_?key|passw|secret|^pin$|^authorization$|^auth$|client_id|localhost_url|user_key|credential/i
/** Values under such keys that are not secret. */
const harmless = /^(?:|true|false|none|null|bearer|env|\d{1,3})$/i

/** Whether the value under this key counts as a secret. */
export const isSecretKey = (key: string): boolean => secretKey.test(key)
/** Whether a value under such a key is not secret. */
export const isHarmlessValue = (text: string): boolean => harmless.test(text)

/**
 * Finds everything in a config that must not reach a log: values under secret-like keys, and credentials inside
 * URLs.
 */
export function findSecrets(document: YamlValue): string[] {
  const found = new Set<string>()
  collectNamed(document, found)
  walkScalars(document, (scalar) => {
    if (typeof scalar === 'string') for (const secret of secretsInUrls(scalar)) found.add(secret)
  })
  return [...found].filter((secret) => !harmless.test(secret))
}

function collectNamed(value: YamlValue, found: Set<string>): void {
  if (isList(value)) {
    for (const item of value) collectNamed(item, found)
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      if (!secretKey.test(textOf(key))) collectNamed(item, found)
      else
        walkScalars(item, (scalar, path) => {
          // `authorization:` also contains scope, expires_in and created_at.
          const name = path.at(-1)
          if (name === undefined || secretKey.test(name) || /^\d+$/.test(name)) found.add(textOf(scalar))
        })
    }
  }
}

const secretParameter = /token|key|secret|passw|pwd|code|auth|sig|credential|session/i

/**
 * The secrets in the addresses of a text: the password before the host (or a name alone, which may be an access
 * token), and secret parameters.
 */
function secretsInUrls(text: string): string[] {
  const secrets: string[] = []
  for (const url of addressesIn(text)) {
    for (const pair of url.slice(url.search(/[?&#;]/) + 1).split(/[&#;]/)) {
      const equals = pair.indexOf('=')
      if (equals > 0 && secretParameter.test(pair.slice(0, equals))) secrets.push(pair.slice(equals + 1))
    }
    const [, user = '', password] = /^[^/]*\/\/([^/?#@:]*)(?::([^/?#]*))?@/.exec(url) ?? []
    if (password !== undefined) secrets.push(password)
    else if (user.length >= minTokenChars) secrets.push(user)
  }
  // Both as written and as a client decodes the value before it sends it on.
  return secrets.flatMap((secret) => [secret, decoded(secret)]).filter((secret) => secret !== '')
}

/**
 * Finds every `scheme://...`, from `://` backwards: to search for a scheme that is followed by `://` takes
 * quadratic time on a long word.
 */
function addressesIn(text: string): string[] {
  const addresses: string[] = []
  let from = 0
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', from)) {
    let start = at
    while (start > from && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start -= 1
    const rest = /[^\s"'<>]*/y
    rest.lastIndex = at + 3
    const end = at + 3 + (rest.exec(text)?.[0].length ?? 0)
    const scheme = text.slice(start, at).search(/[a-z]/i)
    if (scheme >= 0 && end > at + 3) addresses.push(text.slice(start + scheme, end))
    from = Math.max(end, at + 3)
  }
  return addresses
}

/** A shorter name before the host is a user name. */
const minTokenChars = 12

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign stands for itself.
    return text
  }
}

/**
 * Values that a config writes as `<<name>>`. The user treats them as secret, so they are, unless they read like a
 * path, an address or a word.
 */
export function secretsAmong(values: Iterable<string>): string[] {
  return [...values].filter((value) => {
    if (value.length < 8 || /\s/.test(value) || harmless.test(value)) return false
    if (/^(?:[a-z][a-z0-9+.-]*:\/\/|\.{0,2}[/\\]|[A-Za-z]:[/\\])/i.test(value)) return false
    return value.length >= 16 || (/\d/.test(value) && /[A-Za-z]/.test(value))
  })
}
