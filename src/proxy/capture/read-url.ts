import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { AddressRefused, type Lookup, resolvePublic } from '../../util/net/public-address.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import '../../util/net/undici-resets.ts'
import type { CaptureLimits } from './limits.ts'
import { withoutPlexToken } from './redact-url.ts'

/** Why the image behind a URL could not be read: one line in words, without the URL. */
export class UrlUnreadable extends Error {
  override readonly name = 'UrlUnreadable'
}

/** Opens the body behind a URL. */
export type ReadUrl = (url: string) => Promise<Readable>

export interface ReadUrlDeps {
  limits: Pick<CaptureLimits, 'maxBodyBytes' | 'urlTimeoutMs' | 'urlMaxRedirects'>
  /** Judges a host and says where to dial. Default: the open internet alone. */
  resolve?: (host: string) => ReturnType<Lookup>
}

const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Fetches an image that an upload names by URL. The URL comes from Kometa's config or from metadata that anybody can
 * edit, so that it must not lead into the LAN: only http and https are fetched, and the host of each hop is looked up
 * once, judged, and dialled at exactly those addresses. The whole fetch has one time limit. The reader of the body
 * bounds its size, unless Content-Length tells it beforehand.
 */
export function createReadUrl({ limits, resolve = resolvePublic }: ReadUrlDeps): ReadUrl {
  return async (first) => {
    const signal = AbortSignal.timeout(limits.urlTimeoutMs)
    let url = parse(withoutPlexToken(first))
    for (let hop = 0; hop <= limits.urlMaxRedirects; hop++) {
      const answer = await dial(url, resolve, signal, limits.urlTimeoutMs)
      const location = answer.headers.location
      if (!redirects.has(answer.statusCode) || typeof location !== 'string') return judge(answer, limits.maxBodyBytes)
      answer.body.on('error', () => undefined).destroy()
      url = parse(withoutPlexToken(join(location, url)))
    }
    throw new UrlUnreadable(`more than ${limits.urlMaxRedirects} redirects`)
  }
}

async function dial(
  url: URL,
  resolve: (host: string) => ReturnType<Lookup>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Dispatcher.ResponseData> {
  try {
    const addresses = await beforeAbort(resolve(url.hostname), signal)
    // Most jobs never fetch a URL, so that undici is loaded only by those that do.
    const { Agent, request } = await import('undici')
    const agent = new Agent({
      connections: 1,
      connect: {
        timeout: timeoutMs,
        // The judged addresses are dialled: the name is not looked up again.
        lookup: (_host, options, done) =>
          options.all ? done(null, addresses) : done(null, addresses[0]?.address ?? '', addresses[0]?.family),
      },
    })
    try {
      const answer = await request(url, { dispatcher: agent, signal, headers })
      answer.body.once('close', () => void agent.destroy())
      return answer
    } catch (error) {
      await agent.destroy()
      throw error
    }
  } catch (error) {
    throw new UrlUnreadable(explain(error, signal, timeoutMs), { cause: error })
  }
}

const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'kometa-preview' }

function judge(answer: Dispatcher.ResponseData, maxBytes: number): Readable {
  const encoding = answer.headers['content-encoding']
  const length = Number(answer.headers['content-length'])
  let problem: string | undefined
  if (answer.statusCode !== 200) problem = `the server answered ${answer.statusCode}`
  else if (encoding !== undefined && encoding !== 'identity') problem = 'the server sent it in a content encoding'
  else if (length > maxBytes) problem = `it is larger than ${maxBytes} bytes`
  if (problem === undefined) return answer.body
  // Destroying a body that was not read raises an error event.
  answer.body.on('error', () => undefined).destroy()
  throw new UrlUnreadable(problem)
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new UrlUnreadable('it is not a valid URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UrlUnreadable('only http and https are fetched')
  return url
}

function join(location: string, base: URL): string {
  return URL.canParse(location, base.href) ? new URL(location, base).href : location
}

/** Settles as the work does, or rejects with the signal's reason if the signal aborts first. */
export async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}

function explain(error: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `no whole answer within ${timeoutMs} ms`
  if (error instanceof AddressRefused) return error.message
  const code = errorCodeOf(error) || 'unknown error'
  return `the server could not be reached (${code})`
}
