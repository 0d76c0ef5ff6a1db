import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { createMemoStore, type MemoStore } from '../../src/proxy/memo/memo-store.ts'
import { createReadLayers, type ReadLayers } from '../../src/proxy/memo/read-layers.ts'
import type { Stamps } from '../../src/proxy/memo/stale.ts'
import { type Proxy as PlexProxy, startProxy } from '../../src/proxy/server.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { movies, shows } from '../scope/scope-world.ts'
import { ancestorKeys } from '../support/ancestor-keys.ts'
import {
  clientToken,
  createListCaptures,
  createListRecorder,
  type ListCaptures,
  type ListRecorder,
} from '../support/proxy-world.ts'
import { type SamplePlex, type SamplePlexOptions, startSamplePlex } from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

export interface Job extends AsyncDisposable {
  proxy: PlexProxy
  layers: ReadLayers
  recorder: ListRecorder
  captures: ListCaptures
  get(target: string, headers?: Record<string, string>): Promise<Response>
  send(method: string, target: string, body?: Uint8Array): Promise<Response>
}

export interface MemoWorld extends AsyncDisposable {
  plex: SamplePlex
  store: MemoStore
  /** Path and query of each request that Plex's journal shows since it was cleared. */
  asked(): string[]
  /**
   * What Plex itself says now about these items, plus the sections and the server as given by the test. Each job starts
   * with this.
   */
  stampsNow(
    ratingKeys: readonly string[],
    sections: Record<string, string>,
    server?: Record<string, string>,
  ): Promise<Stamps>
  /** With `jobDir` the job keeps its captures there, as a real job does. */
  job(options?: { scope?: 'on' | 'off'; jobDir?: string }): Promise<Job>
}

export interface MemoWorldOptions extends Omit<SamplePlexOptions, 'libraries'> {
  libraries?: readonly SampleLibrary[]
  targets?: readonly string[]
  now?: () => number
}

/** A sample Plex, a memory that outlives jobs, and jobs with the proxy and all layers. */
export async function startMemoWorld(options: MemoWorldOptions = {}): Promise<MemoWorld> {
  const { libraries = [movies(30), shows()], targets = ['1001', '2012'], now, ...plexOptions } = options
  const plex = await startSamplePlex({ libraries, ...plexOptions })
  const folder = await mkdtemp(join(tmpdir(), 'memo-'))
  const store = await createMemoStore(join(folder, 'pictures'), now === undefined ? {} : { now })
  const connection = connectToSeenPlex({
    url: plex.url,
    token: plex.token,
    verifySsl: true,
    clientIdentifier: 'tests',
  })
  const reader = createPlexReader(connection)
  const jobs: Job[] = []
  return {
    plex,
    store,
    async stampsNow(ratingKeys, sections, server = {}) {
      const items = await reader.items(ratingKeys)
      return {
        server: new Map(Object.entries(server)),
        sections: new Map(Object.entries(sections)),
        items: new Map(items.map(({ ratingKey, stamp }) => [ratingKey, stamp ?? ''])),
      }
    },
    asked: () => plex.journal.map(({ target }) => target),
    async job({ scope = 'on', jobDir } = {}) {
      const items = await reader.items(targets)
      const ancestors = await reader.items(items.flatMap(ancestorKeys))
      plex.clearJournal()
      const recorder = createListRecorder()
      const inMemory = createListCaptures()
      const captures = jobDir === undefined ? inMemory : createCaptureStore({ job: openBeneath(jobDir) })
      const layers = createReadLayers({
        ...{
          connection,
          serverId: plex.machineIdentifier,
          recorder,
          store,
          captures,
          targets: items,
          ancestors,
          scope,
        },
      })
      const proxy = await startProxy({
        ...{ connection, serverId: plex.machineIdentifier, clientToken, captures },
        recorder: {
          ...recorder,
          blocked(write, answered) {
            recorder.blocked(write, answered)
            layers.wrote(write)
          },
        },
        preferredPort: 0,
        wrapReads: layers.wrapReads,
      })
      const headers = { Accept: '*/*', 'X-Plex-Token': clientToken, 'X-Plex-Language': 'en' }
      const job: Job = {
        proxy,
        layers,
        recorder,
        captures: inMemory,
        get: (target, more = {}) => fetch(proxy.url + target, { headers: { ...headers, ...more } }),
        send: (method, target, body) =>
          fetch(proxy.url + target, { method, headers, ...(body && { body: Buffer.from(body) }) }),
        [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
      }
      jobs.push(job)
      return job
    },
    async [Symbol.asyncDispose]() {
      for (const job of jobs) await job[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
