import type { Capture } from '../../src/contract/records.ts'
import type { UpstreamLimits } from '../../src/plex/upstream/upstream.ts'
import type { CaptureStore, UploadDescription } from '../../src/proxy/capture/types.ts'
import type { ProxyRecorder } from '../../src/proxy/ledger/proxy-recorder.ts'
import type { ProxyLimits } from '../../src/proxy/limits.ts'
import { type Proxy as PlexProxy, startProxy } from '../../src/proxy/server.ts'
import {
  type PromiscuousPlex,
  type PromiscuousPlexOptions,
  startPromiscuousPlex,
} from '../support/promiscuous/promiscuous.ts'
import {
  clientToken,
  createListCaptures,
  createListRecorder,
  type ListRecorder,
  realToken,
} from '../support/proxy-world.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { sectionMetaXml } from '../support/tiny-plex.ts'
import { assertOnlyCanonicalReads } from '../support/witness.ts'

export const clientIdentifier = 'preview-fixed-id'

export interface TrustWorld extends AsyncDisposable {
  plex: PromiscuousPlex
  proxy: PlexProxy
  /** What the proxy recorded; empty if the test brought its own recorder. */
  recorder: ListRecorder
  /** The invariant, checked at the end in any case: Plex is unchanged, and only canonical reads have arrived. */
  assertUntouched(): void
}

export interface TrustWorldOptions {
  limits?: Partial<ProxyLimits>
  upstream?: Partial<UpstreamLimits>
  plex?: PromiscuousPlexOptions
  captures?: CaptureStore
  recorder?: ProxyRecorder
}

/** The real proxy with the real connection in front of a promiscuous Plex. */
export async function startTrustWorld(options: TrustWorldOptions = {}): Promise<TrustWorld> {
  const plex = await startPromiscuousPlex({
    clientIdentifier,
    answer: (target) => (target.includes('includeMeta=1') ? sectionMetaXml : null),
    ...options.plex,
  })
  const connection = connectToSeenPlex(
    { url: plex.url, token: realToken, verifySsl: true, clientIdentifier },
    options.upstream,
  )
  const recorder = createListRecorder()
  const proxy = await startProxy({
    connection,
    serverId: 'machine-1',
    clientToken,
    captures: options.captures ?? createListCaptures(),
    recorder: options.recorder ?? recorder,
    preferredPort: 0,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const before = plex.stateHash()
  const assertUntouched = () => {
    if (plex.stateHash() !== before) throw new Error(`Plex was changed: ${plex.effects.slice(0, 5).join('; ')}`)
    assertOnlyCanonicalReads(plex.journal, { token: realToken, never: [clientToken], clientIdentifier })
  }
  return {
    plex,
    proxy,
    recorder,
    assertUntouched,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
      assertUntouched()
    },
  }
}

/** Only counts the verdicts of each kind, for millions of requests. */
export interface CountingRecorder extends ProxyRecorder {
  counts: { forwarded: number; blocked: number; captured: number; refused: number; failed: number }
}

export function createCountingRecorder(): CountingRecorder {
  let seq = 0
  const counts = { forwarded: 0, blocked: 0, captured: 0, refused: 0, failed: 0 }
  return {
    counts,
    nextSeq: () => ++seq,
    forwarded: () => void counts.forwarded++,
    blocked: () => void counts.blocked++,
    captured: () => void counts.captured++,
    refused: ({ outcome }) => void counts[outcome]++,
  }
}

/** Accepts uploads and keeps none of them, for millions of requests. */
export function createForgetfulCaptures(): CaptureStore {
  return {
    async keepBody(upload, { stream }) {
      let bytes = 0
      for await (const chunk of stream) bytes += (chunk as Buffer).length
      return forgotten(upload, bytes)
    },
    keepUrl: async (upload) => forgotten(upload, 0),
    list: () => [],
    open: async () => Promise.reject(new Error('this store keeps no files')),
  }
}

function forgotten({ ratingKey: rating_key, ...upload }: UploadDescription, size_bytes: number): Capture {
  const { seq, timestamp, server, method, path, kind } = upload
  const none = { parse_error: null, type: null, sha256: null, width: null, height: null, other_paths: [] }
  return {
    ...{ seq, timestamp, server, method, path, rating_key, kind, source_url: null, ...none },
    ...{ size_bytes, saved_path: null, overlay_mark: false, attempts: 1 },
  }
}
