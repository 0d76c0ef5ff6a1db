import { type Loopback, urlOf } from '../../kometa/isolation/own-doors.ts'
import type { PlexItem } from '../../plex/items/item.ts'
import type { MemoStore } from '../../proxy/memo/memo-store.ts'
import { createReadLayers, type ReadLayers } from '../../proxy/memo/read-layers.ts'
import type { Scope, ScopeReport } from '../../proxy/scope/scope.ts'
import { type Proxy as CaptureProxy, defaultProxyPort } from '../../proxy/server.ts'
import type { Door } from '../../util/net/door.ts'
import type { JobServer } from '../inputs/connect-servers.ts'
import { limitsOf } from '../inputs/limits-of.ts'
import type { Job } from '../job.ts'
import { closeOnFailure } from '../resources.ts'
import { readStamps } from '../reuse/read-stamps.ts'
import type { BorrowedStore, Remembered } from '../reuse/remembered.ts'
import { newClientToken, startServerProxy } from './start-server-proxy.ts'

export interface JobProxies extends AsyncDisposable {
  /** By server id; empty if the job runs unscoped. */
  scopes: ReadonlyMap<string, Scope>
  /** By index in `JobConfig.servers`: what the run config names instead of the real servers. */
  access: { url: string; token: string }[]
  doors: readonly Door[]
  drain(): Promise<void>
}

export type JobScopeReport = ScopeReport & { server: string }

export interface ProxySurroundings {
  remembered: Remembered
  /** How Kometa reaches this machine's loopback. */
  loopback: Loopback
}

/** Starts one proxy, with a random token and a scope of its own, for each Plex server and token that holds a target. */
export async function startProxies(job: Job, around: ProxySurroundings): Promise<JobProxies> {
  const { servers, chosen } = job.input
  const started: StartedProxy[] = []
  const close = async () => {
    await Promise.all(started.map(({ proxy }) => proxy[Symbol.asyncDispose]()))
    await Promise.all(started.map(({ shelf }) => shelf[Symbol.asyncDispose]()))
  }
  return closeOnFailure({ [Symbol.asyncDispose]: close }, async () => {
    for (const server of servers.servers) {
      const targets = chosen.targets.filter((one) => one.serverIndex === server.index).flatMap(({ item }) => item ?? [])
      if (targets.length === 0) continue
      // The default port is for the first server; further ones get free ports.
      const port = started.length === 0 ? (job.input.request.proxyPort ?? defaultProxyPort) : 0
      started.push(await startOne(job, around, { server, targets, port }))
    }
    const access: JobProxies['access'] = []
    for (const { index, token, proxy } of started) access[index] = { url: urlOf(around.loopback, proxy.port), token }
    return {
      access,
      scopes: new Map(started.flatMap(({ id, scope }) => (scope ? [[id, scope] as const] : []))),
      doors: started.map(({ proxy }) => proxy.door),
      async drain() {
        await Promise.all(started.map(({ proxy }) => proxy.drain()))
      },
      [Symbol.asyncDispose]: close,
    }
  })
}

interface StartedProxy {
  index: number
  id: string
  token: string
  proxy: CaptureProxy
  scope: Scope | null
  shelf: BorrowedStore
}

async function startOne(
  job: Job,
  { remembered }: ProxySurroundings,
  { server, targets, port }: { server: JobServer; targets: readonly PlexItem[]; port: number },
): Promise<StartedProxy> {
  const { request } = job.input
  const { index, id, connection } = server
  const { token: realToken = '' } = request.config.servers[index] ?? {}
  const shelf = await remembered.borrow(id, realToken)
  return closeOnFailure(shelf, async () => {
    const layers = await readLayersOf(job, { server, targets, store: shelf.store, isLasting: remembered.lasting })
    // With `expose_token` Kometa has the real token, so the proxy takes that one.
    const token = request.config.preview.expose_token ? realToken : newClientToken()
    const { recorder, captures } = job.records
    const proxy = await startServerProxy({
      ...{ log: job.log, connection, serverId: id, clientToken: token, captures, recorder, preferredPort: port },
      limits: limitsOf(request.config.preview.timeouts).proxy,
      wrapReads: layers.wrapReads,
    })
    // Nothing waits for these first reads: one that fails is asked again when Kometa asks.
    void layers.start()
    return { index, id, token, proxy, scope: layers.scope ?? null, shelf }
  })
}

/** Once Kometa has ended, each scope checks one of its searches again and reports. */
export async function finishScopes(scopes: ReadonlyMap<string, Scope>): Promise<JobScopeReport[]> {
  return Promise.all(
    [...scopes].map(async ([server, scope]) => {
      await scope.recheck()
      return { server, ...scope.report() }
    }),
  )
}

interface LayersOptions {
  server: JobServer
  targets: readonly PlexItem[]
  store: MemoStore
  /** The store has answers of earlier jobs. */
  isLasting: boolean
}

/** Scope, memory and prefetch of one server. */
async function readLayersOf(
  { input, records }: Job,
  { server, targets, store, isLasting }: LayersOptions,
): Promise<ReadLayers> {
  const { request, chosen } = input
  const { captures, recorder } = records
  const { id, index, connection } = server
  const ancestors = chosen.ancestors.get(index) ?? []
  if (isLasting) {
    store.beginJob(await readStamps(server, store, [...targets, ...ancestors]), { fresh: request.fresh === true })
  }
  const scope = request.scoped && request.config.preview.scope === 'on' ? 'on' : 'off'
  const layers = createReadLayers({
    ...{ connection, serverId: id, recorder, store, captures, targets, ancestors, scope, signal: request.signal },
  })
  recorder.onWrite((write) => {
    if (write.server === id) layers.wrote(write)
  })
  return layers
}
