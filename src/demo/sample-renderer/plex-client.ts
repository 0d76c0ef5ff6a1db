import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type Element, parseXml } from './xml.ts'

/** A client that talks to Plex like plexapi 4.18.1 inside Kometa: the same headers, XML answers, paging by header. */
export interface PlexClient {
  /** The container that answers a GET. `paged` asks for the first page only. */
  query(resource: string, options?: { paged?: boolean }): Promise<Element>
  /** All pages of a listing, 100 elements each (plexapi base.py:343-379). */
  list(resource: string): Promise<Element[]>
  /** An image. Only the query has the token, and there is no X-Plex header (Kometa request.py:101-137). */
  image(url: string): Promise<Buffer>
  /** The absolute address of a path on this server with the token in the query, like plexapi's `url(includeToken)`. */
  urlWithToken(resource: string): string
  post(resource: string, body?: Uint8Array): Promise<void>
  put(resource: string): Promise<void>
  close(): void
}

const pageSize = 100
const timeoutMs = 60_000
const imageTypes = ['image/jpeg', 'image/png', 'image/webp']

/** The headers of plexapi inside Kometa, but for the token. */
const plexapiHeaders = {
  'X-Plex-Platform': 'Linux',
  'X-Plex-Platform-Version': '6.1',
  'X-Plex-Provides': 'sync',
  'X-Plex-Product': 'Kometa',
  'X-Plex-Version': '4.18.1',
  'X-Plex-Device': 'Linux',
  'X-Plex-Device-Name': 'sample-renderer',
  'X-Plex-Client-Identifier': 'kometa-preview-sample-renderer',
  'X-Plex-Language': 'en',
  'X-Plex-Sync-Version': '2',
  'X-Plex-Features': 'external-media',
  'User-Agent': 'python-requests/2.34.2',
  'Accept-Encoding': 'identity',
  Accept: '*/*',
  Connection: 'keep-alive',
}

/** The headers of Kometa's own requests for images: those of a browser. */
const imageHeaders = {
  'Accept-Language': 'en-US,en;q=0.5',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0',
  'Accept-Encoding': 'identity',
  Accept: '*/*',
  Connection: 'keep-alive',
}

/** `url` has no trailing slash, and is http: the preview's proxy speaks nothing else. */
export function createPlexClient(url: string, token: string): PlexClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const plexHeaders = { ...plexapiHeaders, 'X-Plex-Token': token }

  /** plexapi accepts 200, 201 and 204, and parses each answer that is not blank (server.py:748-759). */
  async function plexapi(
    method: 'GET' | 'POST' | 'PUT',
    resource: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<Element | null> {
    const answer = await send(agent, {
      method,
      url: `${url}${resource}`,
      headers: { ...plexHeaders, ...headers },
      body,
    })
    const path = resource.split('?')[0] ?? ''
    if (![200, 201, 204].includes(answer.status)) throw new Error(`(${answer.status}) ${method} ${path}`)
    const text = answer.body.toString('utf8').trim()
    return text === '' ? null : parseXml(text)
  }

  const page = (start: number) => ({
    'X-Plex-Container-Start': String(start),
    'X-Plex-Container-Size': String(pageSize),
  })

  async function query(resource: string, { paged = false } = {}): Promise<Element> {
    const container = await plexapi('GET', resource, paged ? page(0) : {})
    if (!container) throw new Error(`an empty answer to ${resource.split('?')[0]}`)
    return container
  }

  return {
    query,
    async list(resource) {
      const items: Element[] = []
      for (let start = 0; ; start += pageSize) {
        const container = await plexapi('GET', resource, page(start))
        const { totalSize, size } = container?.attributes ?? {}
        items.push(...(container?.children.filter(({ attributes }) => attributes.ratingKey !== undefined) ?? []))
        if (start + pageSize >= Number(totalSize ?? size ?? 0)) return items
      }
    },
    async image(absolute) {
      if (!absolute.startsWith(`${url}/`)) throw new Error('Image Error: the picture is on another server')
      const answer = await send(agent, { method: 'GET', url: absolute, headers: imageHeaders })
      if (answer.status >= 400) throw new Error(`Image Error: ${answer.status}`)
      if (!imageTypes.includes(answer.type)) throw new Error('Image Not PNG, JPG, or WEBP')
      return answer.body
    },
    urlWithToken: (resource) => `${url}${resource}${resource.includes('?') ? '&' : '?'}X-Plex-Token=${token}`,
    async post(resource, body) {
      await plexapi('POST', resource, {}, body)
    },
    async put(resource) {
      await plexapi('PUT', resource)
    },
    close: () => agent.destroy(),
  }
}

interface Sent {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Readonly<Record<string, string>>
  body?: Uint8Array | undefined
}

async function send(
  agent: Agent,
  { method, url, headers, body }: Sent,
): Promise<{ status: number; type: string; body: Buffer }> {
  const length = method === 'GET' && body === undefined ? {} : { 'Content-Length': String(body?.length ?? 0) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method, agent, timeout: timeoutMs, headers: { ...headers, ...length } }, resolve)
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    sent.once('error', reject)
    sent.end(body)
  })
  const type = response.headers['content-type'] ?? ''
  return { status: response.statusCode ?? 0, type, body: await buffer(response) }
}
