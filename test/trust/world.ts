import {
  type PromiscuousPlex,
  type PromiscuousPlexOptions,
  startPromiscuousPlex,
} from '../../src/demo/sample-plex/promiscuous.ts'
import { createPlexConnection, type UpstreamLimits } from '../../src/plex/upstream.ts'
import type { CaptureStore } from '../../src/proxy/capture/types.ts'
import type { ProxyLimits } from '../../src/proxy/limits.ts'
import { type Proxy as PlexProxy, startProxy } from '../../src/proxy/server.ts'
import {
  clientToken,
  createListCaptures,
  createListRecorder,
  type ListRecorder,
  realToken,
} from '../support/proxy-world.ts'
import { sectionMetaXml } from '../support/tiny-plex.ts'
import { assertOnlyCanonicalReads } from '../support/witness.ts'

export const clientIdentifier = 'preview-fixed-id'

export interface TrustWorld extends AsyncDisposable {
  plex: PromiscuousPlex
  proxy: PlexProxy
  recorder: ListRecorder
  /** The invariant: the state of Plex is what it was, and nothing but canonical reads has arrived. */
  assertUntouched(): void
}

export interface TrustWorldOptions {
  limits?: Partial<ProxyLimits>
  upstream?: Partial<UpstreamLimits>
  plex?: PromiscuousPlexOptions
  captures?: CaptureStore
  recorder?: ListRecorder
}

/** The real proxy with the real connection before a promiscuous Plex. */
export async function startTrustWorld(options: TrustWorldOptions = {}): Promise<TrustWorld> {
  const plex = await startPromiscuousPlex({
    clientIdentifier,
    answer: (target) => (target.includes('includeMeta=1') ? sectionMetaXml : null),
    ...options.plex,
  })
  const connection = createPlexConnection(
    { url: plex.url, token: realToken, verifySsl: true, clientIdentifier },
    options.upstream,
  )
  const recorder = options.recorder ?? createListRecorder()
  const proxy = await startProxy({
    connection,
    serverId: 'machine-1',
    clientToken,
    captures: options.captures ?? createListCaptures(),
    recorder,
    preferredPort: 0,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const before = plex.stateHash()
  return {
    plex,
    proxy,
    recorder,
    assertUntouched() {
      if (plex.stateHash() !== before) throw new Error(`Plex was changed: ${plex.effects.slice(0, 5).join('; ')}`)
      assertOnlyCanonicalReads(plex.journal, { token: realToken, never: [clientToken], clientIdentifier })
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
    },
  }
}
