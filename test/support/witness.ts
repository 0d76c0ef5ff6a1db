import { type DocumentedRead, documentedReads, documents } from './promiscuous/promiscuous-reads.ts'

/** A request as a stand-in for Plex received it. */
export interface WitnessedRequest {
  /** Request line and headers with every byte as received. */
  rawHead: Buffer
  /** Default 0. */
  bodyBytes?: number
}

export interface WitnessOptions {
  /** The real token, or those of several servers. Each read has one of them, in the header X-Plex-Token alone. */
  token: string | readonly string[]
  /** Tokens of clients and other secrets, none of which may reach Plex. */
  never?: readonly string[]
  /** X-Plex-Client-Identifier, if the test knows it. */
  clientIdentifier?: string
  /** Path of the server's address, if it is behind a reverse proxy. */
  prefix?: string
  /** Values of `file?url=` that Plex has listed. Plex's own schemes need no mention. */
  listedUrls?: readonly string[]
}

/**
 * The invariant of each test: Plex has received canonical reads alone. Such a read is a GET or HEAD in its plainest
 * spelling, without a body. Its path, parameters and headers are documented, each occurs once, and the token stands in
 * its header. The judgement uses raw bytes and its own list (promiscuous-reads.ts): the proxy's counters and lists are
 * no evidence.
 */
export function assertOnlyCanonicalReads(journal: Iterable<WitnessedRequest>, options: WitnessOptions): void {
  const problems: string[] = []
  let more = 0
  for (const request of journal) {
    const problem = problemOf(request, options)
    if (problem === null) continue
    if (problems.length < shownProblems) problems.push(`${problem}: ${show(request.rawHead)}`)
    else more += 1
  }
  if (problems.length === 0) return
  throw new Error(`not a canonical read:\n${problems.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`)
}

const shownProblems = 5
const show = (raw: Buffer): string => JSON.stringify(raw.toString('latin1').slice(0, 300))

/** The two requests that our own preflight sends without a token: who is the server, and does it demand a token. */
const withoutToken = ['/identity', '/library/sections']

/** The reason why a request is no canonical read; null if it is one. */
export function problemOf({ rawHead, bodyBytes = 0 }: WitnessedRequest, options: WitnessOptions): string | null {
  if (bodyBytes > 0) return 'it has a body'
  const text = rawHead.toString('latin1')
  const parts = /^(GET|HEAD) ([!-~]+) HTTP\/1\.1\r\n((?:[A-Za-z-]+: [ -~]*\r\n)+)\r\n$/.exec(text)
  if (parts === null) return 'its bytes are not those of a plain GET or HEAD'
  const [, , target = '', headers = ''] = parts
  const secret = (options.never ?? []).find((value) => text.includes(value))
  if (secret !== undefined) return 'a secret of the job is in it'
  return headersProblem(headers, target, options) ?? targetProblem(target, options)
}

const plain = /^[ -~]{1,1000}$/
const headerValues: Readonly<Record<string, RegExp>> = {
  host: /^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/,
  connection: /^(keep-alive|close)$/,
  'x-plex-client-identifier': /^[ -~]+$/,
  'x-plex-token': /^[ -~]+$/,
  accept: plain,
  'accept-encoding': plain,
  'accept-language': plain,
  'if-modified-since': plain,
  'if-none-match': plain,
  'x-plex-language': /^[a-z]{2,3}(-[A-Z]{2})?$/,
  'x-plex-container-start': /^\d+$/,
  'x-plex-container-size': /^\d+$/,
}

function headersProblem(block: string, target: string, options: WitnessOptions): string | null {
  const { token, clientIdentifier, prefix = '' } = options
  const seen = new Map<string, string>()
  for (const line of block.split('\r\n').slice(0, -1)) {
    const colon = line.indexOf(': ')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 2)
    if (!Object.hasOwn(headerValues, name)) return `the header ${name} is not one of a read`
    if (headerValues[name]?.test(value) !== true) return `the header ${name} has the value ${JSON.stringify(value)}`
    if (seen.has(name)) return `the header ${name} stands twice`
    seen.set(name, value)
  }
  if (!seen.has('host')) return 'it has no host'
  const given = seen.get('x-plex-token')
  if (given === undefined ? !withoutToken.some((path) => target === prefix + path) : ![token].flat().includes(given))
    return 'it does not carry the real token'
  const device = seen.get('x-plex-client-identifier')
  if (device === undefined) return 'it names no client'
  if (clientIdentifier !== undefined && device !== clientIdentifier) return 'it names another client'
  return null
}

const holes: Readonly<Record<string, string>> = {
  '{id}': '\\d{1,18}',
  '{ids}': '\\d{1,18}(?:,\\d{1,18})*',
  '{stamp}': '-?\\d{1,18}',
  '{word}': '[A-Za-z]{1,64}',
  '{file}': '[A-Za-z0-9_-]+\\.(?:png|jpg)',
}
const known = documentedReads.map((read) => ({
  read,
  pattern: new RegExp(`^${read.path.replace(/\{[a-z]+\}|[.]/g, (part) => holes[part] ?? `\\${part}`)}$`),
}))

function targetProblem(whole: string, options: WitnessOptions): string | null {
  const { prefix = '' } = options
  if (!whole.startsWith(`${prefix}/`)) return 'its target is no path of this server'
  const target = whole.slice(prefix.length)
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const read = known.find(({ pattern }) => pattern.test(path))?.read
  if (!read) return `${path} is not one of the known reads`
  const query = mark === -1 ? '' : target.slice(mark + 1)
  if (mark !== -1 && query === '') return 'its query is empty'
  const pairs = query === '' ? [] : query.split('&')
  return (
    repeated(pairs, read) ??
    pairs.map((pair) => pairProblem(pair, read, options)).find((problem) => problem !== null) ??
    needsProblem(read, pairs)
  )
}

function pairProblem(pair: string, read: DocumentedRead, options: WitnessOptions): string | null {
  if (!/^[A-Za-z0-9\-._~!$'()*+,:@/?%=]+$/.test(pair)) return `${pair} is not plain URL text`
  const equals = pair.indexOf('=')
  const rawName = equals === -1 ? pair : pair.slice(0, equals)
  // Only operators are encoded in a name.
  if (rawName.replace(/%3[CDEcde]|%21/g, '').includes('%')) return `the name ${rawName} is encoded`
  const name = decodeURIComponent(rawName)
  if (!documents(read, name)) return `no read documents the parameter ${name}`
  const value = decodeSafely(equals === -1 ? '' : pair.slice(equals + 1))
  if (value === null) return `the value of ${name} cannot be decoded`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
  if (/[\u0000-\u001f\u007f]/.test(value)) return `the value of ${name} holds control characters`
  if (name === 'url') return urlProblem(value, options.listedUrls ?? [])
  const shape = valueShapes.find(([names]) => names.test(name))?.[1]
  return shape && !shape.test(value) ? `the value of ${name} is ${JSON.stringify(value)}` : null
}

const valueShapes: readonly [names: RegExp, shape: RegExp][] = [
  [/^(X-Plex-Container-Start|X-Plex-Container-Size|limit|count|width|height)$/, /^\d{1,18}$/],
  [/^(skipRefresh|push|pop|and|or)$/, /^1$/],
  [/^includeFields$|^exclude(Elements|Fields)$/, /^[A-Za-z,]+$/],
  [/^include/, /^[01]$/],
  [/^type$/, /^\d+(,\d+)*$/],
]

function urlProblem(url: string, listed: readonly string[]): string | null {
  if (listed.includes(url)) return null
  return /^(upload|metadata|media):\/\/[^\s\\?#]+$/.test(url) &&
    !/(^|\/)\.{1,2}(\/|$)/.test(url.replace(/^\w+:\/\//, ''))
    ? null
    : `${url} is no artwork that Plex stores`
}

/** A parameter may occur once. The words and fields of a media query may repeat. */
function repeated(pairs: readonly string[], { parameters, search }: DocumentedRead): string | null {
  const names = pairs.map((pair) => pair.replace(/=.*$/s, ''))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice === undefined) return null
  const mayRepeat = ['push', 'pop', 'and', 'or'].includes(twice) || (search && !parameters.includes(twice))
  return mayRepeat ? null : `${twice} stands twice`
}

/** Without skipRefresh Plex refreshes an item that is read. A `file` without its url is no read. */
function needsProblem({ path }: DocumentedRead, pairs: readonly string[]): string | null {
  if (path === '/library/metadata/{ids}' && !pairs.includes('skipRefresh=1')) return 'skipRefresh=1 is missing'
  if (path === '/library/metadata/{id}/file' && !pairs.some((pair) => pair.startsWith('url='))) return 'url is missing'
  return null
}

function decodeSafely(value: string): string | null {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    // The text is no valid UTF-8, which the caller reports.
    return null
  }
}
