import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/util/redact.ts'

const secret = 'aZ3/x+Kq9\'"s\\7 &ü'
const token = 'kCANARY0123456789abc'

const pythonRepr = (text: string) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')
const spellings: [string, (text: string) => string][] = [
  ['raw', (text) => text],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded, every byte', (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['form-encoded', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['JSON within JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  ['JSON in ASCII', (text) => JSON.stringify(text).slice(1, -1).replace('ü', '\\u00fc')],
  ['Python repr', pythonRepr],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['base64 of user:secret', (text) => Buffer.from(`user:${text}`).toString('base64')],
  ['base64 of users:secret!', (text) => Buffer.from(`users:${text}!`).toString('base64')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['HEX', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['HTML', (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  ['UTF-16', (text) => [...text].join('\0')],
]

describe('a secret in every spelling', () => {
  for (const [name, spell] of spellings)
    for (const value of [secret, token])
      test(`${name}: ${value}`, () => {
        const spelled = spell(value)
        const scrubbed = createRedactor([value]).text(`before ${spelled} after`)
        expect(scrubbed).toMatch(/^before \S*\(redacted\)\S* after$/)
        // What is left are the neighbours of the secret in a longer base64 text.
        expect(scrubbed.length).toBeLessThan('before (redacted) after'.length + 14)
      })
})

describe('values in places where secrets usually are', () => {
  const { text } = createRedactor([])
  test.each([
    ['GET /library?X-Plex-Token=abc123&type=1', 'GET /library?X-Plex-Token=(redacted)&type=1'],
    [
      'url=http%3A%2F%2Fh%2Fx%3FX-Plex-Token%3Dabc123%26a%3D1',
      'url=http%3A%2F%2Fh%2Fx%3FX-Plex-Token%3D(redacted)%26a%3D1',
    ],
    [`{"X-Plex-Token": "abc"}`, `{"X-Plex-Token": "(redacted)"}`],
    [`{'x-plex-token': 'abc'}`, `{'x-plex-token': '(redacted)'}`],
    ['x-plex-token: abc', 'x-plex-token: (redacted)'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer (redacted)'],
    ['Authorization: Basic dXNlcjpwdw==', 'Authorization: Basic (redacted)'],
    ['proxy http://me:hunter2@proxy:3128 used', 'proxy http://me:(redacted)@proxy:3128 used'],
    [
      'https://api.themoviedb.org/3/movie/1?language=en&api_key=0123abc',
      'https://api.themoviedb.org/3/movie/1?language=en&api_key=(redacted)',
    ],
  ])('%s', (line, expected) => {
    expect(text(line)).toBe(expected)
    expect(text(expected)).toBe(expected)
  })

  test.each([
    '| (1/12) The Matrix  |',
    'Connected to http://192.168.1.100:32400/ at 12:30',
    'ratingKey=12345 target=matrix',
    'a bearer of news',
  ])('ordinary text stays: %s', (line) => expect(text(line)).toBe(line))
})

test('a short secret is removed where its name gives it away, and nowhere else', () => {
  const { text } = createRedactor(['xxx', ''])
  expect(text('token: xxx, xxx rated, XXX (2002), xxxx')).toBe('token: (redacted), xxx rated, XXX (2002), xxxx')
  expect(text('X-Plex-Token=xxx&a=1 {"apikey": "xxx"}')).toBe('X-Plex-Token=(redacted)&a=1 {"apikey": "(redacted)"}')
})

test('a secret with line breaks is removed as a whole and line by line', () => {
  const key = '-----BEGIN KEY-----\nMIIabcdefgh\nijklmnopqr\n'
  const { text } = createRedactor([key])
  expect(text(JSON.stringify({ key }))).not.toContain('MII')
  expect(text(`x MIIabcdefgh\ny ijklmnopqr`)).toBe('x (redacted)\ny (redacted)')
})

test('a longer secret wins over one that it contains', () => {
  expect(createRedactor(['abcdef', 'abcdefgh']).text('abcdefgh abcdefx')).toBe('(redacted) (redacted)x')
})

async function throughStream(secrets: string[], chunks: Buffer[]): Promise<string> {
  const stream = createRedactor(secrets).stream()
  const out: Buffer[] = []
  stream.on('data', (chunk: Buffer) => out.push(chunk))
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await once(stream, 'end')
  return Buffer.concat(out).toString()
}

/** Bytes cut at the given places. */
function cutAt(bytes: Buffer, places: number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end))
}

describe('as a stream', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      secret,
      token,
      encodeURIComponent(secret),
      Buffer.from(token).toString('base64'),
      'X-Plex-Token=',
      'Bearer ',
      'token: xxx',
    ),
    fc.constantFrom('\n', '\r', '\r\n', ' ', 'ü', '€', '😀', '&', '%26'),
    fc.string({ maxLength: 20 }),
  )

  test('the pieces give the same result as the whole, wherever the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (pieces, places) => {
          const bytes = Buffer.from(pieces.join(''))
          const streamed = await throughStream([secret, token, 'xxx'], cutAt(bytes, places))
          expect(streamed).toBe(createRedactor([secret, token, 'xxx']).text(bytes.toString()))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a line of megabytes without an end is bounded and still scrubbed at every cut', async () => {
    const noise = 'lorem ipsum '.repeat(3)
    const text = Array.from({ length: 30_000 }, (_, at) => `${noise.slice(at % 36)}${token}${' '.repeat(at % 7)}`).join(
      '',
    )
    const streamed = await throughStream(
      [token],
      cutAt(
        Buffer.from(text),
        Array.from({ length: 300 }, (_, at) => at * 7919),
      ),
    )
    expect(streamed).not.toContain(token.slice(0, 12))
    expect(streamed).toBe(createRedactor([token]).text(text))
  })

  test('a finished line comes out immediately, and so does a progress line that ends in \\r', async () => {
    const stream = createRedactor([token]).stream()
    stream.write(`| Loaded: 1/2 ${token.slice(0, 5)}`)
    expect(stream.read()).toBeNull()
    stream.write(`${token.slice(5)}\r| next`)
    expect(String(stream.read())).toBe('| Loaded: 1/2 (redacted)\r')
  })

  test('a line that consists only of secrets is held back up to its limit, and then swallowed to its end', async () => {
    const text = `before ${token.repeat(20_000)}\nafter ${token}\n`
    const places = Array.from({ length: 100 }, (_, at) => at * 3001)
    expect(await throughStream([token], cutAt(Buffer.from(text), places))).toBe('before (redacted)\nafter (redacted)\n')
    const unfinished = cutAt(Buffer.from(token.repeat(20_000)), places)
    expect(await throughStream([token], unfinished)).toBe('(redacted)')
  })

  test('a secret of 4,096 characters, in every encoding and over two writes', async () => {
    const long = Array.from({ length: 1_024 }, (_, at) => `${at}/+=?`.padEnd(4, 'x').slice(0, 4)).join('')
    for (const [, spell] of spellings) {
      const bytes = Buffer.from(`a ${spell(long)} b\n`)
      expect(await throughStream([long, token], cutAt(bytes, [1_000, 2_001]))).toMatch(
        /^a \S{0,12}\(redacted\)\S{0,12} b\n$/,
      )
    }
  })
})
