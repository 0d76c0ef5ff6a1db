import type { ItemType } from '../../src/contract/kinds.ts'
import type { SampleItem, SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { createScope, type Scope, type ScopeOptions } from '../../src/proxy/scope/scope.ts'
import { createScopedReads } from '../../src/proxy/scope/scoped-reads.ts'
import { type Proxy as PlexProxy, startProxy } from '../../src/proxy/server.ts'
import { ancestorKeys } from '../support/ancestor-keys.ts'
import { clientToken, createListCaptures, createListRecorder, type ListRecorder } from '../support/proxy-world.ts'
import {
  film,
  media,
  ownRequest,
  type SamplePlex,
  type SamplePlexOptions,
  show,
  startSamplePlex,
} from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { type ParsedElement, parseXml } from './random-listing.ts'

export interface ScopeWorld extends AsyncDisposable {
  plex: SamplePlex
  proxy: PlexProxy
  scope: Scope
  recorder: ListRecorder
  /** GET through the proxy, with python-plexapi's headers. */
  get(target: string, headers?: Record<string, string>): Promise<Response>
  /** The same container through the proxy and directly from Plex. */
  both(target: string, headers?: Record<string, string>): Promise<{ scoped: ParsedElement; whole: ParsedElement }>
}

export interface ScopeWorldOptions extends Omit<SamplePlexOptions, 'libraries'> {
  libraries?: readonly SampleLibrary[]
  targets: readonly string[]
  keepAliveMs?: number
  recorded?: ScopeOptions['recorded']
}

export const paged = (start: number, size: number) => ({
  'X-Plex-Container-Start': String(start),
  'X-Plex-Container-Size': String(size),
})

/** A sample Plex, the proxy in front of it, and the scope of some targets between them. */
export async function startScopeWorld(options: ScopeWorldOptions): Promise<ScopeWorld> {
  const { libraries = [movies(60), shows()], targets, keepAliveMs, recorded, ...plexOptions } = options
  const plex = await startSamplePlex({ libraries, ...plexOptions })
  const connection = connectToSeenPlex({
    url: plex.url,
    token: plex.token,
    verifySsl: true,
    clientIdentifier: 'tests',
  })
  const reader = createPlexReader(connection)
  const items = await reader.items(targets)
  const ancestors = await reader.items(items.flatMap(ancestorKeys))
  plex.clearJournal()
  const scope = createScope({ connection, items: [...items, ...ancestors], ...(recorded && { recorded }) })
  const recorder = createListRecorder()
  const proxy = await startProxy({
    connection,
    serverId: plex.machineIdentifier,
    clientToken,
    captures: createListCaptures(),
    recorder,
    preferredPort: 0,
    wrapReads: (forward) => createScopedReads(scope, forward, keepAliveMs === undefined ? {} : { keepAliveMs }),
  })
  const get = (target: string, headers: Record<string, string> = {}) =>
    fetch(proxy.url + target, { headers: { Accept: '*/*', 'X-Plex-Token': clientToken, ...headers } })
  return {
    plex,
    proxy,
    scope,
    recorder,
    get,
    async both(target, headers = {}) {
      const scoped = await get(target, headers)
      const straight = await fetch(plex.url + target, {
        headers: { Accept: '*/*', 'X-Plex-Token': plex.token, ...ownRequest, ...headers },
      })
      if (scoped.status !== straight.status)
        throw new Error(`${scoped.status} instead of ${straight.status}: ${await scoped.text()}`)
      return { scoped: parseXml(await scoped.text()), whole: parseXml(await straight.text()) }
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
    },
  }
}

export const awkwardTitles = [
  'Lock, Stock & "Barrel"',
  "L'Été | à la plage",
  '@Home',
  '#Alive',
  '🎬 Ünïcode <b>',
  '100%',
  'A+B=C',
  'Twins',
  'Twins',
]

/** Films 1001...: those with awkward titles first; every fourth one is 4K, every second one is labelled Overlay. */
export function movies(
  count: number,
  more: (index: number) => Partial<SampleItem> = () => ({}),
  first = 1001,
): SampleLibrary {
  const items = Array.from({ length: count }, (_, index) =>
    film(String(first + index), awkwardTitles[index] ?? `Film ${index}`, {
      media: [media(index % 4 === 0 ? '4k' : '1080')],
      genres: [index % 3 === 0 ? 'Drama' : 'Comedy', 'Any'],
      addedAt: 1_500_000_000 + index * 86_400,
      ...(index % 2 === 0 && { labels: ['Overlay'] }),
      ...(index % 5 === 0 && { viewCount: 1 }),
      ...more(index),
    }),
  )
  const collections = ['4K', '4K Movies', 'Amélie & Co', 'Best of A24'].map((title, index) => ({
    ratingKey: String(900 + index),
    title,
    items: [],
  }))
  return { key: 1, title: 'Movies', type: 'movie', items, collections }
}

export function shows(): SampleLibrary {
  return {
    key: 2,
    title: 'Shows',
    type: 'show',
    items: [
      show('2000', 'The Honeymooners', [3, 2]),
      show('2100', 'Dragnet', [2, 4]),
      show('2200', 'Twins, "again"', [5]),
    ],
  }
}

export const typeOf = (name: ItemType) =>
  ({ movie: 1, show: 2, season: 3, episode: 4, artist: 8, album: 9, track: 10 })[name]
