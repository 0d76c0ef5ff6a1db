import { changingGets } from '../support/promiscuous/promiscuous-gets.ts'
import { documentedReads } from '../support/promiscuous/promiscuous-reads.ts'
import { describedWrites } from '../support/promiscuous/promiscuous-writes.ts'
import { clientToken } from '../support/proxy-world.ts'
import type { Random } from './random.ts'
import { disguises, spellings, verbs } from './spellings.ts'

const fill = (path: string): string => path.replace('{file}', 'a.png').replace(/\{[a-z]+\}/g, '1')
const paths = [
  ...documentedReads.map(({ path }) => fill(path)),
  ...describedWrites.map(({ template }) => template.replace(/\{[^}]*\}/g, '1')),
  ...changingGets.map(({ path }) => path.replaceAll('{}', '1').replace(/\/?\*$/, '/1')),
]
const parameters = [
  ...documentedReads.flatMap((read) => read.parameters),
  ...changingGets.flatMap(({ queries = [] }) => queries.map((query) => query.replace(/=.*/, ''))),
  ...[
    '_method',
    'having',
    'group',
    'title.value',
    'label%5B0%5D.tag.tag',
    'X-Plex-Token',
    'url',
    'id',
    'genre',
    'year%3E%3E',
    'title%21',
  ],
]
const values = [
  '1',
  '0',
  '',
  'a',
  '1,2',
  'upload%3A%2F%2Fposters%2Fa',
  '%2F%2E%2E',
  '%00',
  'titleSort%3Aasc',
  clientToken,
  'http%3A%2F%2F127.0.0.1',
]
const headers = [
  ...[
    'Accept: */*',
    'Accept-Encoding: gzip',
    'Connection: keep-alive',
    'Connection: close',
    'X-Plex-Container-Start: 0',
    'User-Agent: a',
  ],
  ...[
    'Content-Length: 0',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'Upgrade: h2c',
    'Expect: 100-continue',
    'Cookie: _method=PUT',
  ],
  ...[
    'X-HTTP-Method-Override: DELETE',
    `X-Plex-Token: ${clientToken}`,
    'X-Plex-Token: a',
    'Host: b',
    'X-Plex-Client-Identifier: other',
    'Range: bytes=0-1',
  ],
]
/** Characters that break parsers, used more often than chance would. */
const shards = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  '%',
  '%2e%2e/',
  '%00',
  '//',
  '/../',
  '?',
  '&',
  '=',
  '#',
  ';',
  '\\',
  '\xff',
  '0\r\n\r\n',
  'GET ',
  'DELETE ',
  ' HTTP/1.1',
  'chunked',
]

const most = 0.7

/** One request of a malicious client that knows the token; often plain, often broken. */
export function fuzzedRequest(random: Random): string {
  const count = random.chance(0.9) ? 1 : 2
  let bytes = ''
  for (let at = 0; at < count; at += 1) bytes += oneRequest(random)
  if (random.chance(0.45)) return bytes
  for (let hits = random.below(4) + 1; hits > 0; hits -= 1) bytes = hit(bytes, random)
  return bytes
}

const sampleValue = (name: string): string =>
  name === 'url' ? 'upload%3A%2F%2Fposters%2Fa' : /Fields|Elements|sort|identifier/.test(name) ? 'titleSort' : '1'

/** A plain read with its own parameters: it must pass, and most mutations should start from it. */
function plainRead(random: Random): string {
  const { path, parameters: own } = random.pick(documentedReads)
  const names = own.filter((name) => name === 'url' || random.chance(0.2)).map((name) => name.replace('>', '%3E'))
  const query = names.map((name) => `${name}=${sampleValue(name)}`).join('&')
  const verb = random.chance(0.8) ? 'GET' : 'HEAD'
  return `${verb} ${fill(path)}${query === '' ? '' : `?${query}`} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Plex-Token: ${clientToken}\r\n\r\n`
}

function oneRequest(random: Random): string {
  if (random.chance(0.5)) return plainRead(random)
  const verb = random.chance(most) ? 'GET' : random.pick(verbs)
  const spell = random.chance(most) ? (path: string) => path : random.pick(spellings)[1]
  const [, disguiseQuery, disguiseHeaders] = random.pick(disguises)
  const disguised = random.chance(0.15)
  const pairs = Array.from({ length: random.below(4) }, () => `${random.pick(parameters)}=${random.pick(values)}`)
  if (disguised) pairs.push(disguiseQuery(random.pick(verbs)))
  const query = pairs.filter((pair) => pair !== '').join('&')
  const more = Array.from({ length: random.below(3) }, () => `${random.pick(headers)}\r\n`).join('')
  const token = random.chance(0.95) ? `X-Plex-Token: ${clientToken}\r\n` : ''
  const target = `${spell(random.pick(paths))}${query === '' ? '' : `?${query}`}`
  const body = random.chance(0.1)
    ? random.pick([
        'hello',
        '0\r\n\r\n',
        '5\r\nhello\r\n0\r\n\r\n',
        `DELETE ${random.pick(paths)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      ])
    : ''
  const length = body !== '' && random.chance(0.5) ? `Content-Length: ${body.length}\r\n` : ''
  const extra = disguised ? disguiseHeaders(random.pick(verbs)) : ''
  return `${verb} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${token}${more}${extra}${length}\r\n${body}`
}

/** One small mutation: insert a byte or a fragment, lose bytes, repeat a piece, or flip a bit. */
function hit(bytes: string, random: Random): string {
  const at = random.below(bytes.length + 1)
  const length = random.below(8) + 1
  switch (random.below(5)) {
    case 0:
      return bytes.slice(0, at) + random.pick(shards) + bytes.slice(at)
    case 1:
      return bytes.slice(0, at) + bytes.slice(at + length)
    case 2:
      return bytes.slice(0, at + length) + bytes.slice(at)
    case 3:
      return bytes.slice(0, at) + String.fromCharCode(random.below(256)) + bytes.slice(at + 1)
    default:
      return (
        bytes.slice(0, at) +
        String.fromCharCode((bytes.charCodeAt(at) || 0) ^ (1 << random.below(8))) +
        bytes.slice(at + 1)
      )
  }
}
