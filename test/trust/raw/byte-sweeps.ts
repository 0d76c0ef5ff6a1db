import { auth, host, nothing, ownRead, path, perhapsOwn, type RawCase, token, withHeaders } from './raw-case.ts'

/** One place in a request, and the required result for each of the 256 bytes there. */
interface Sweep {
  place: string
  bytes(byte: string, own: number): string
  /** Bytes that keep it the same read. */
  reads: RegExp
  /** Bytes that Node's versions treat differently. */
  either?: RegExp
}

const never = /(?!)/
const headerValue = /[\t -~\x80-\xff]/

const sweeps: readonly Sweep[] = [
  {
    place: 'in the method',
    bytes: (byte, own) => `G${byte}T ${path(own)} HTTP/1.1\r\n${auth}\r\n`,
    reads: /E/,
  },
  {
    place: 'before the method',
    bytes: (byte, own) => `${byte}GET ${path(own)} HTTP/1.1\r\n${auth}\r\n`,
    reads: never,
    either: /[\r\n]/,
  },
  {
    place: 'after the method',
    bytes: (byte, own) => `GET${byte}${path(own)} HTTP/1.1\r\n${auth}\r\n`,
    reads: / /,
  },
  {
    place: 'before the path',
    bytes: (byte, own) => `GET ${byte}library/metadata/${own} HTTP/1.1\r\n${auth}\r\n`,
    reads: /\//,
  },
  {
    place: 'in the path',
    bytes: (byte, own) => `GET /library/meta${byte}ata/${own} HTTP/1.1\r\n${auth}\r\n`,
    reads: /d/,
  },
  {
    place: 'between two segments',
    bytes: (byte, own) => `GET /library${byte}metadata/${own} HTTP/1.1\r\n${auth}\r\n`,
    reads: /\//,
  },
  {
    place: 'before the key',
    bytes: (byte, own) => `GET /library/metadata/${byte}/${own} HTTP/1.1\r\n${auth}\r\n`,
    reads: never,
  },
  {
    place: 'as a value',
    bytes: (byte, own) => `GET ${path(own)}?includeGuids=${byte} HTTP/1.1\r\n${auth}\r\n`,
    reads: /[01]/,
  },
  {
    place: 'in the name of a parameter',
    bytes: (byte, own) => `GET ${path(own)}?include${byte}uids=1 HTTP/1.1\r\n${auth}\r\n`,
    reads: /G/,
  },
  {
    place: 'between two parameters',
    bytes: (byte, own) => `GET ${path(own)}?includeGuids=1${byte}includeMarkers=1 HTTP/1.1\r\n${auth}\r\n`,
    reads: /&/,
  },
  {
    place: 'escaped in the path',
    bytes: (byte, own) => `GET /library/meta%${hex(byte)}ata/${own} HTTP/1.1\r\n${auth}\r\n`,
    reads: never,
  },
  {
    place: 'escaped in a value',
    bytes: (byte, own) => `GET ${path(own)}?includeGuids=%${hex(byte)} HTTP/1.1\r\n${auth}\r\n`,
    reads: /[01]/,
  },
  {
    place: 'after the target',
    bytes: (byte, own) => `GET ${path(own)}${byte}HTTP/1.1\r\n${auth}\r\n`,
    reads: / /,
  },
  {
    place: 'in the version',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.${byte}\r\n${auth}\r\n`,
    reads: /1/,
  },
  {
    place: 'for the carriage return of the first line',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.1${byte}\n${auth}\r\n`,
    reads: /\r/,
  },
  {
    place: 'for the line feed of the first line',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.1\r${byte}${auth}\r\n`,
    reads: /\n/,
  },
  {
    place: 'in the name of a header',
    bytes: (byte, own) => withHeaders(`X-${byte}a: v\r\n`)(own),
    // A colon ends the name; the rest becomes its value.
    reads: /[!#$%&'*+\-.^_`|~0-9A-Za-z:]/,
  },
  {
    place: 'before the colon of a header',
    bytes: (byte, own) => withHeaders(`X-A${byte}: v\r\n`)(own),
    reads: /[!#$%&'*+\-.^_`|~0-9A-Za-z:]/,
  },
  {
    place: 'in the value of a header',
    bytes: (byte, own) => withHeaders(`X-A: q${byte}q\r\n`)(own),
    reads: headerValue,
  },
  {
    place: 'in the value of a header that may go to Plex',
    bytes: (byte, own) => withHeaders(`Accept: q${byte}q\r\n`)(own),
    reads: headerValue,
  },
  {
    place: 'for the carriage return of a header',
    bytes: (byte, own) => withHeaders(`X-A: v${byte}\n`)(own),
    reads: headerValue,
    either: /[\s\S]/,
  },
  {
    place: 'for the line feed of a header',
    bytes: (byte, own) => withHeaders(`X-A: v\r${byte}X-B: v\r\n`)(own),
    reads: /\n/,
  },
  {
    place: 'after the token',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.1\r\n${host}${token.trimEnd()}${byte}\r\n\r\n`,
    reads: /[\t ]/,
    either: /\n/,
  },
  {
    place: 'before the token',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.1\r\n${host}${token.replace(': ', `: ${byte}`)}\r\n`,
    reads: /[\t ]/,
  },
  {
    place: 'in a length',
    bytes: (byte, own) => withHeaders(`Content-Length: 0${byte}\r\n`)(own),
    reads: / /,
    either: /[\t\n]/,
  },
  {
    place: 'in the name of the length',
    bytes: (byte, own) => withHeaders(`Content-Length${byte}: 5\r\n`)(own),
    // These bytes make another header name without a meaning; the colon makes an invalid length.
    reads: /[!#$%&'*+\-.^_`|~0-9A-Za-z]/,
  },
  {
    place: 'in the host',
    bytes: (byte, own) => `GET ${path(own)} HTTP/1.1\r\nHost: a${byte}b\r\n${token}\r\n`,
    reads: headerValue,
  },
]

const hex = (byte: string): string => byte.charCodeAt(0).toString(16).padStart(2, '0')

export const byteSweeps: readonly RawCase[] = sweeps.flatMap(({ place, bytes, reads, either = never }) =>
  Array.from({ length: 256 }, (_, code) => {
    const byte = String.fromCharCode(code)
    const verdict = either.test(byte) ? perhapsOwn : reads.test(byte) ? ownRead : nothing
    return { name: `byte 0x${hex(byte)} ${place}`, bytes: (own: number) => bytes(byte, own), ...verdict }
  }),
)
