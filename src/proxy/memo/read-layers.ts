import type { BlockedWrite } from '../../contract/records.ts'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { recognizeRead } from '../../policy/recognize-read.ts'
import type { ReadHandler } from '../answer/read-handler.ts'
import type { CaptureStore } from '../capture/types.ts'
import { microTimestamp } from '../clock.ts'
import type { ForwardedRead, OwnListing, ProxyRecorder } from '../ledger/proxy-recorder.ts'
import { createScope, type Scope } from '../scope/scope.ts'
import type { ScopeItem } from '../scope/scope-items.ts'
import { createScopedReads } from '../scope/scoped-reads.ts'
import { createBelievedLabels } from '../shadow/believed-labels.ts'
import { createCapturedPictures } from '../shadow/captured-pictures.ts'
import { createCollectionLookup } from './collection-lookup.ts'
import type { MemoStore } from './memo-store.ts'
import { type PrefetchItem, prefetch } from './prefetch.ts'
import { createReadMemo, type MemoCounts } from './read-memo.ts'

export interface ReadLayersOptions {
  connection: PlexConnection
  serverId: string
  recorder: ProxyRecorder
  store: MemoStore
  /** The pictures that Kometa has uploaded in this job. */
  captures: Pick<CaptureStore, 'list' | 'open'>
  targets: readonly LayerItem[]
  ancestors: readonly LayerItem[]
  /** `preview.scope: off`: Kometa sees the whole library. */
  scope: 'on' | 'off'
  signal?: AbortSignal
}

/** `PlexItem` has this shape. */
type LayerItem = ScopeItem & PrefetchItem

/** The layers between a proxy and Plex in one job. */
export interface ReadLayers {
  /** For `ProxyOptions.wrapReads`. */
  wrapReads(forward: ReadHandler): ReadHandler
  /**
   * Reports a blocked write that Kometa believes in: what it could have changed is asked for again, and Kometa reads
   * back a label that it set. Call this before the write's answer is sent.
   */
  wrote(write: Pick<BlockedWrite, 'method' | 'path' | 'query' | 'rating_key' | 'rating_keys'>): void
  /** null when the scope is off. */
  readonly scope: Scope | null
  readonly memo: {
    readonly reads: MemoCounts
    readonly collections: { readonly asked: number; readonly answered: number }
  }
  /**
   * Starts the self-check and the prefetch. Call it when the proxy is listening; nothing has to wait for the result.
   */
  start(): Promise<void>
}

/**
 * Creates the layers in the order in which a read passes them: pictures and labels that Kometa changed, the memory of
 * collections, the scope, and the memory of reads. The prefetch fills the memory of reads.
 */
export function createReadLayers(options: ReadLayersOptions): ReadLayers {
  const { connection, recorder, serverId, store, signal } = options
  const record = (read: OwnListing & Pick<ForwardedRead, 'template'>): void => {
    recorder.forwarded({
      seq: recorder.nextSeq(),
      timestamp: microTimestamp(),
      server: serverId,
      method: 'GET',
      ours: true,
      ...read,
    })
  }
  const listed = (read: OwnListing): void => record({ ...read, template: recognizeRead(read.target)?.row.path ?? '' })
  const collections = createCollectionLookup(connection, store.collections, listed)
  const scope =
    options.scope === 'off'
      ? null
      : createScope({
          connection,
          items: [...options.targets, ...options.ancestors],
          cache: store.listings,
          recorded: listed,
          ...(signal && { signal }),
        })
  const pictures = createCapturedPictures({ captures: options.captures, serverId })
  const labels = createBelievedLabels()
  const reads: MemoCounts = { asked: 0, remembered: 0 }
  let handler: ReadHandler | null = null

  return {
    scope,
    memo: { reads, collections: collections.counts },
    wrote({ method, path, query, rating_key, rating_keys = [rating_key] }) {
      for (const ratingKey of rating_keys) store.wrote({ method, path, query, ratingKey })
      scope?.wrote(rating_key)
      labels.wrote({ method, path, query })
    },
    wrapReads(forward) {
      handler = createReadMemo(store, forward, reads).handler
      const read = collections.wrap(scope === null ? handler : createScopedReads(scope, handler))
      return pictures.wrap(labels.wrap(read))
    },
    async start() {
      const wanted =
        handler === null
          ? undefined
          : prefetch({
              targets: options.targets,
              ancestors: options.ancestors,
              handler,
              recorded: (read) => record({ ...read, durationMs: 0 }),
              ...(signal && { signal }),
            })
      await Promise.all([scope?.start(), wanted])
    },
  }
}
