import type { Route, Server } from './call.ts'
import { listen } from './http-server.ts'
import { digest, type Upload } from './model/entry.ts'
import { createJournal, type JournalEntry } from './model/journal.ts'
import type { SampleLibrary, SamplePlaylist } from './model/model.ts'
import { createStore } from './model/state.ts'
import type { ScopeHonours } from './query/evaluate.ts'
import { createLister } from './query/listing.ts'
import { readRoutes } from './routes/routes.ts'

export interface SamplePlexOptions {
  libraries: readonly SampleLibrary[]
  playlists?: readonly SamplePlaylist[]
  /** Default: a fixed sample token. */
  token?: string
  /** Default 0: any free port. */
  port?: number
  /** Delay before each answer; default 0. */
  delayMs?: number
  /** Further delay for each item on a page of a listing; default 0. */
  perItemDelayMs?: number
  friendlyName?: string
  machineIdentifier?: string
  version?: string
  /** For a server behind a reverse proxy: `/plex`. */
  pathPrefix?: string
  /**
   * Accepts requests without a token, like Plex on its "allowed without auth" networks. A wrong token is still
   * refused.
   */
  allowWithoutToken?: boolean
  /** Routes that answer before the sample's own. Without them each write is recorded and changes nothing else. */
  writeRoutes?: readonly Route[]
  scopeHonours?: ScopeHonours
  gzip?: boolean
  /** Clock for relative dates and for the stamps of changes; default: the machine's. */
  clock?: () => number
}

/** A stand-in for a Plex Media Server. It answers reads like the real server, and records writes. */
export interface SamplePlex extends AsyncDisposable {
  /** `http://127.0.0.1:<port>[/prefix]`. */
  readonly url: string
  readonly token: string
  readonly machineIdentifier: string
  /** The requests since the start or the last `clearJournal`. */
  readonly journal: readonly JournalEntry[]
  /** The requests that changed state, or could have changed it. */
  readonly writes: readonly JournalEntry[]
  /** Differs after each change. */
  stateHash(): string
  /** The uploads for an item, of all kinds, in order. */
  uploads(ratingKey: string): readonly Upload[]
  /** RatingKeys of the items with uploads. */
  uploadedKeys(): readonly string[]
  /** Labels that an item carries now. */
  labels(ratingKey: string): readonly string[]
  clearJournal(): void
  /** Builds the indexes of large libraries before the first request needs them. */
  warm(): void
}

/** Starts a sample Plex on 127.0.0.1. Disposing of it closes each connection. */
export async function startSamplePlex(options: SamplePlexOptions): Promise<SamplePlex> {
  const clock = options.clock ?? Date.now
  const machineIdentifier = options.machineIdentifier ?? digest('sha1', 'sample plex')
  const token = options.token ?? 'sample-plex-token-01'
  const store = createStore(options.libraries, options.playlists ?? [], clock)
  const honours = options.scopeHonours ?? {}
  const identity = {
    friendlyName: options.friendlyName ?? 'Sample Plex',
    machineIdentifier,
    version: options.version ?? '1.41.9.9961-46083195d',
  }
  const server: Server = { store, lister: createLister(store, honours, clock), honours, identity, clock, token }
  const journal = createJournal()
  const pathPrefix = options.pathPrefix ?? ''
  const routes = [...(options.writeRoutes ?? []), ...readRoutes]
  const http = await listen(server, routes, journal, {
    port: options.port ?? 0,
    pathPrefix,
    allowWithoutToken: options.allowWithoutToken ?? false,
    gzip: options.gzip ?? false,
    delayMs: options.delayMs ?? 0,
    perItemDelayMs: options.perItemDelayMs ?? 0,
  })
  return {
    url: `http://127.0.0.1:${http.port}${pathPrefix}`,
    token,
    machineIdentifier,
    get journal() {
      return journal.entries
    },
    get writes() {
      return journal.entries.filter((entry) => entry.isWrite)
    },
    stateHash: () => store.stateHash(),
    uploads: (ratingKey) => store.entries.get(ratingKey)?.uploads ?? [],
    uploadedKeys: () =>
      [...store.entries.values()].filter((entry) => entry.uploads !== null).map((entry) => entry.ratingKey),
    labels: (ratingKey) => store.entries.get(ratingKey)?.values.labels ?? [],
    clearJournal: () => journal.clear(),
    warm: () => server.lister.warm(),
    [Symbol.asyncDispose]: () => http.close(),
  }
}
