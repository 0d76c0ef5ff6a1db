import {
  auth,
  bothReads,
  nothing,
  ownRead,
  path,
  perhapsSecond,
  type RawCase,
  readOf,
  secondOnly,
  show,
  withBody,
} from './raw-case.ts'

const reads = ['GET', 'HEAD']
const writes = ['POST', 'PUT', 'DELETE', 'PATCH']

/** Invalid lengths, and lengths that two parsers read in two ways. */
const oddLengths = [
  ...['', ' ', '-1', '+0', '+5', '0x0', '0x10', '1e1', '5.0', '0.0', '٣', '5,5', '5, 5', '0, 5', '5;q=1', '"5"', "'5'"],
  ...[
    '5 5',
    '5\t5',
    '0 5',
    '_5',
    '5_',
    '1_0',
    '0b1',
    '0o7',
    'NaN',
    'Infinity',
    'chunked',
    'x',
    '-',
    '+',
    '5-',
    '\x005',
  ],
  ...['18446744073709551616', '99999999999999999999999', '9223372036854775808', '4294967296000000000000', '٠'],
]
const lengths: RawCase[] = oddLengths.flatMap((length) =>
  [...reads, ...writes].map((method) => ({
    name: `${method} with Content-Length ${show(length)}`,
    bytes: withBody(method, `Content-Length: ${length}\r\n`, (second) => second),
    ...(length.trim() === '' ? { own: 'maybe' as const, second: 'maybe' as const } : nothing),
  })),
)

/** Two lengths are always refused, even if they agree. */
const twice = ['0|5', '5|0', '5|5', '0|0', '5|05', '<length>|0', '0|<length>', '<length>|<length>', '5|', '|5']
const doubleLengths: RawCase[] = twice.flatMap((pair) =>
  [...reads, ...writes].flatMap((method) =>
    ['Content-Length', 'content-length', 'CONTENT-LENGTH'].map((second) => {
      const [a = '', b = ''] = pair.split('|')
      return {
        name: `${method} with Content-Length ${a} and ${second} ${b}`,
        bytes: withBody(method, `Content-Length: ${a}\r\n${second}: ${b}\r\n`, (inside) => inside),
        ...nothing,
      }
    }),
  ),
)

/** Spellings of a Transfer-Encoding, except the plain one. */
const oddEncodings = [
  ...['xchunked', 'chunkedx', 'chunked1', 'chunked,', ', chunked', 'chunked, chunked', 'identity', 'identity, chunked'],
  ...['chunked, identity', 'gzip', 'gzip, chunked', 'chunked, gzip', 'deflate', 'x', '', '"chunked"', "'chunked'"],
  ...['chunked;a=b', 'chunked; ', 'chun ked', 'chunk', 'chunked\tx', '\x0bchunked', 'chunked\x0b', '\x0cchunked'],
  ...['chunked\x00', '\x00chunked', 'chunked\x7f', '\x01chunked', 'cow', 'trailers', 'chunked, cow', 'cow, chunked'],
  ...['ｃhunked', 'chunked\xa0', '\xa0chunked', 'chunked,\tchunked', 'chunked\r', 'ch\runked'],
]
const encodings: RawCase[] = oddEncodings.flatMap((encoding) =>
  [...reads, ...writes].flatMap((method) =>
    ['0\r\n\r\n', ''].map((chunks) => ({
      name: `${method} with Transfer-Encoding ${show(encoding)}${chunks === '' ? ' and no chunk' : ''}`,
      bytes: withBody(method, `Transfer-Encoding: ${encoding}\r\n`, (second) => `${chunks}${second}`),
      own: 'no' as const,
      // Node treats any value that ends in `chunked` as chunked; for writes, the next request then counts as a request.
      second: (writes.includes(method) ? 'maybe' : 'no') as 'maybe' | 'no',
    })),
  ),
)

/** Spellings of the header name that one parser sees and another does not. */
const oddNames = [
  ...['Transfer-Encoding ', ' Transfer-Encoding', 'Transfer-Encoding\t', '\tTransfer-Encoding', 'Transfer_Encoding'],
  ...[
    'Transfer Encoding',
    'Transfer-Encoding\x00',
    'Transfer-Encoding\x0b',
    'X:\nTransfer-Encoding',
    'Transfer\n-Encoding',
  ],
]
const names: RawCase[] = oddNames.flatMap((name) =>
  [...reads, ...writes].map((method) => ({
    name: `${method} with the header ${show(name)}`,
    bytes: withBody(method, `${name}: chunked\r\nContent-Length: <length>\r\n`, (second) => `0\r\n\r\n${second}`),
    ...nothing,
  })),
)

/** Both framings in one request. */
const mixed: RawCase[] = [...reads, ...writes].flatMap((method) =>
  ['0', '3', '5', '<length>'].flatMap((length) =>
    [
      `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n`,
      `Transfer-Encoding: chunked\r\nContent-Length: ${length}\r\n`,
      `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: ${length}\r\n`,
      `Content-Length: ${length}\r\ntransfer-encoding:chunked\r\n`,
      `Content-Length: ${length}\r\nTransfer-Encoding:\r\n chunked\r\n`,
    ].map((headers) => ({
      name: `${method} with ${show(headers)}`,
      bytes: withBody(method, headers, (second) => `0\r\n\r\n${second}`),
      ...nothing,
    })),
  ),
)

/** Invalid chunks: nothing after them is a request. */
const oddChunks = [
  ...[
    '-1\r\n',
    '+0\r\n\r\n',
    '0x0\r\n\r\n',
    ' 0\r\n\r\n',
    '0 \r\n\r\n',
    '0\n\n',
    '0\r\r\n',
    '\r\n0\r\n\r\n',
    'g\r\n',
    '.0\r\n\r\n',
  ],
  ...[
    '5\r\nabc\r\n0\r\n\r\n',
    '2\r\nabc\r\n0\r\n\r\n',
    '3\r\nabc0\r\n\r\n',
    '3\r\nabcX\n0\r\n\r\n',
    '3\nabc\n0\n\n',
    '3\rabc\r0\r\r',
  ],
  ...[
    'fffffffffffffffff\r\n',
    '10000000000000000\r\n',
    '7fffffffffffffff\r\n',
    '3\r\nabc\r\n0\r\nX\r\n\r\n',
    '0\r\nX : y\r\n\r\n',
  ],
  ...[
    '0\r\n\x00: y\r\n\r\n',
    '0;\x00\r\n\r\n',
    '0;\n\r\n\r\n',
    '0;a=\r\n\r\n',
    '0;a="\r\n\r\n',
    '0;a=b\nc\r\n\r\n',
    '"0"\r\n\r\n',
    '0,0\r\n\r\n',
  ],
  ...['0\r\nContent-Length: 5\r\n\r\n', '0\r\nTransfer-Encoding: chunked\r\n\r\n', '0\r\n\rX', '0\r\n \r\n\r\n'],
]
const chunks: RawCase[] = oddChunks.flatMap((chunk) =>
  [...writes, 'GET'].map((method) => ({
    name: `${method} with the chunks ${show(chunk)}`,
    bytes: withBody(method, 'Transfer-Encoding: chunked\r\n', (second) => `${chunk}${second}`),
    // Some of these are lenient spellings of the end of a body; the read after it is then an ordinary pipelined one.
    ...(method === 'GET' ? nothing : perhapsSecond),
  })),
)

const plainChunks = [
  '0\r\n\r\n',
  '3\r\nabc\r\n0\r\n\r\n',
  '000\r\n\r\n',
  '3;a=b\r\nabc\r\n0\r\n\r\n',
  '0\r\nX-A: b\r\n\r\n',
  'A\r\n0123456789\r\n0\r\n\r\n',
]

/** Plain pipelined requests: each gets its own verdict. */
const pipelined: RawCase[] = [
  ...plainChunks.flatMap((chunk) =>
    writes.map((method) => ({
      name: `${method} with the plain chunks ${show(chunk)}, then a read`,
      bytes: withBody(method, 'Transfer-Encoding: chunked\r\n', (second) => `${chunk}${second}`),
      ...secondOnly,
    })),
  ),
  ...writes.map((method) => ({
    name: `${method} with a read in its body, and nothing behind it`,
    bytes: withBody(method, 'Content-Length: <length>\r\n', (second) => second),
    ...nothing,
  })),
  ...reads.map((method) => ({
    name: `${method} with a read in its body`,
    bytes: withBody(method, 'Content-Length: <length>\r\n', (second) => second),
    ...nothing,
  })),
  { name: 'two reads', bytes: (own, second) => readOf(own) + readOf(second), ...bothReads },
  {
    name: 'a read, then one without a token',
    bytes: (own, second) => `${readOf(own)}GET ${path(second)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ...ownRead,
  },
  {
    name: 'a refused read, then a plain one',
    bytes: (own, second) => `GET ${path(own)}/refresh HTTP/1.1\r\n${auth}\r\n${readOf(second)}`,
    ...secondOnly,
  },
  {
    name: 'a read that closes, then another',
    bytes: (own, second) => `GET ${path(own)} HTTP/1.1\r\n${auth}Connection: close\r\n\r\n${readOf(second)}`,
    own: 'yes',
    second: 'maybe',
  },
  ...['GET', 'POST', 'PRI', 'CONNECT'].map((method) => ({
    name: `${method} * HTTP/2.0, then a read`,
    bytes: (_: number, second: number) => `${method} * HTTP/2.0\r\n\r\nSM\r\n\r\n${readOf(second)}`,
    ...nothing,
  })),
]

export const framingCases: readonly RawCase[] = [
  ...lengths,
  ...doubleLengths,
  ...encodings,
  ...names,
  ...mixed,
  ...chunks,
  ...pipelined,
]
