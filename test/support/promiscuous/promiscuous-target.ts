/** A request's path and query, as the most obliging server would understand them. */
export interface ObligingTarget {
  /** Each possible path, in lower case and without a slash at the end; at least one. */
  paths: readonly string[]
  /** Names and values of the query, decoded twice. */
  pairs: readonly { name: string; value: string }[]
}

/**
 * Decodes twice, reads a backslash as a slash, drops scheme and host, `;parameters`, a fragment, blanks, NULs and an
 * extension, merges slashes, resolves dots and ignores case: everything that any known server does, combined.
 */
export function readObligingly(target: string): ObligingTarget {
  const mark = target.indexOf('?')
  const rawPath = mark === -1 ? target : target.slice(0, mark)
  const decoded = decodeTwice(rawPath)
  // An encoded `?` may begin a query too.
  const inner = decoded.indexOf('?')
  const path = plainPath(inner === -1 ? decoded : decoded.slice(0, inner))
  const query = `${inner === -1 ? '' : `${decoded.slice(inner + 1)}&`}${mark === -1 ? '' : target.slice(mark + 1)}`
  const withoutExtension = path.replace(/\.[a-z0-9]{1,5}$/, '')
  return {
    paths: withoutExtension === path ? [path] : [path, withoutExtension],
    pairs: [...query.split(/[&;]/), ...decodeTwice(query).split(/[&;]/)].filter((pair) => pair !== '').map(parsePair),
  }
}

/** Reads cookies and forms too. */
export function parsePair(pair: string): { name: string; value: string } {
  const equals = pair.indexOf('=')
  const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
  return { name: decodeTwice(name).trim(), value: decodeTwice(value) }
}

function plainPath(path: string): string {
  const origin = path
    .replaceAll('\\', '/')
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/[#].*$/s, '')
  const segments: string[] = []
  for (const raw of origin.split('/')) {
    // A NUL ends a name in C.
    const segment = (raw.split(/;|\0/)[0] ?? '').trim()
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`.toLowerCase()
}

function decodeTwice(text: string): string {
  return decodeOnce(decodeOnce(text))
}

/** Decodes byte by byte. Text that is no escape stays, and bytes that are no UTF-8 stay bytes. */
function decodeOnce(text: string): string {
  if (!text.includes('%')) return text
  const bytes = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  // Overlong UTF-8 for `/` and `.`, which careless decoders accept.
  return bytes.replaceAll('\u00c0\u00af', '/').replaceAll('\u00c0\u00ae', '.')
}
