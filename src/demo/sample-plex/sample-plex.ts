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
  /** Default 0: any free one. */
  port?: number
  /** Waited before every answer; default 0. */
  delayMs?: number
  /** Waited besides for each item of a listing's page; default 0. */
  perItemDelayMs?: number
  friendlyName?: string
  machineIdentifier?: string
  version?: string
  /** For a server behind a reverse proxy: `/plex`. */
  pathPrefix?: string
  /** Answers also without a token, as Plex does on its "allowed without auth" networks; a wrong one stays refused. */
  allowWithoutToken?: boolean
  /** Answer before the sample's own routes. Without them each write is recorded and changes nothing else. */
  writeRoutes?: readonly Route[]
  scopeHonours?: ScopeHonours
  gzip?: boolean
  /** For relative dates and for the stamps of changes; default the machine's. */
  clock?: () => number
}

/** A stand-in of a Plex Media Server: reads answer like the real one's, writes are recorded. */
export interface SamplePlex extends AsyncDisposable {
  /** `http://127.0.0.1:<port>[/prefix]`. */
  readonly url: string
  readonly token: string
  readonly machineIdentifier: string
  /** Every request since the start or the last `clearJournal`. */
  readonly journal: readonly JournalEntry[]
  /** Those that changed state or could have. */
  readonly writes: readonly JournalEntry[]
  /** The same as long as nothing has changed. */
  stateHash(): string
  /** What was uploaded for an item, in order, whatever its kind. */
  uploads(ratingKey: string): readonly Upload[]
  /** ratingKeys that have uploads. */
  uploadedKeys(): readonly string[]
  /** Labels that an item carries now. */
  labels(ratingKey: string): readonly string[]
  clearJournal(): void
  /** Builds the indexes of large libraries before the first request needs them. */
  warm(): void
}

/** Starts a sample Plex on 127.0.0.1; ends with every connection when disposed of. */
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
