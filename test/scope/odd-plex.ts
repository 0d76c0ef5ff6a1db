import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScope, type Scope } from '../../src/proxy/scope/scope.ts'
import type { ScopeItem } from '../../src/proxy/scope/scope-items.ts'
import { createScopedReads } from '../../src/proxy/scope/scoped-reads.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { clientToken, createListCaptures, createListRecorder, type ListRecorder } from '../support/proxy-world.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { sectionMetaXml } from '../support/tiny-plex.ts'

export interface Asked {
  target: string
  path: string
  pairs: string[]
  start: number
  size: number
}

export interface OddWorld extends AsyncDisposable {
  scope: Scope
  recorder: ListRecorder
  /** The listings that the server was asked for. */
  asked: Asked[]
  get(target: string, headers?: Record<string, string>): Promise<Response>
}

export type OddAnswer = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void

/** A film of the scope, as our own reads return it. */
export const scopeFilm = (ratingKey: string, title = `Film ${ratingKey}`): ScopeItem => ({
  ...{ ratingKey, title, type: 'movie', sectionId: '1', addedAt: 1_600_000_000 },
  ...{ parentRatingKey: null, grandparentRatingKey: null, parentTitle: null, grandparentTitle: null },
})

export const filmXml = (ratingKey: string, title = `Film ${ratingKey}`) =>
  `<Video ratingKey="${ratingKey}" key="/library/metadata/${ratingKey}" type="movie" title="${title}"><Media id="1"/></Video>\n`

export function listingXml(keys: readonly string[], counts: { totalSize?: number; size?: number } = {}): string {
  const { size = keys.length, totalSize = keys.length } = counts
  return `<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="${size}" totalSize="${totalSize}" offset="0" librarySectionID="1">\n${keys.map((key) => filmXml(key)).join('')}</MediaContainer>\n`
}

export function sendXml(response: ServerResponse, xml: string | Buffer, headers: Record<string, string> = {}): void {
  response.writeHead(200, {
    'content-type': 'text/xml;charset=utf-8',
    'content-length': Buffer.byteLength(xml),
    ...headers,
  })
  response.end(xml)
}

/** A Plex that answers listings as a test says, the proxy in front of it, and a scope of some films between them. */
export async function startOddWorld(
  options: { items: readonly ScopeItem[]; keepAliveMs?: number },
  answer: OddAnswer,
): Promise<OddWorld> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const target = request.url ?? ''
    const [path = '', query = ''] = target.split('?')
    if (query.includes('includeMeta=1')) {
      sendXml(response, sectionMetaXml)
      return
    }
    const number = (name: string) => Number(request.headers[`x-plex-container-${name}`] ?? Number.NaN)
    const one = { target, path, pairs: query.split('&'), start: number('start'), size: number('size') }
    asked.push(one)
    answer(one, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = connectToSeenPlex({ url, token: 'odd', verifySsl: true, clientIdentifier: 'tests' })
  const scope = createScope({ connection, items: options.items })
  const recorder = createListRecorder()
  const { keepAliveMs } = options
  const proxy = await startProxy({
    ...{ connection, serverId: 'odd', clientToken, captures: createListCaptures(), recorder, preferredPort: 0 },
    wrapReads: (forward) => createScopedReads(scope, forward, keepAliveMs === undefined ? {} : { keepAliveMs }),
  })
  return {
    scope,
    recorder,
    asked,
    get: (target, headers = {}) =>
      fetch(proxy.url + target, { headers: { Accept: '*/*', 'X-Plex-Token': clientToken, ...headers } }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
