import { type Loopback, urlOf } from '../../kometa/isolation/own-doors.ts'
import type { PlexItem } from '../../plex/items/item.ts'
import type { CaptureStore } from '../../proxy/capture/types.ts'
import type { ProxyLimits } from '../../proxy/limits.ts'
import { createReadLayers, type ReadLayers } from '../../proxy/memo/read-layers.ts'
import type { Scope, ScopeReport } from '../../proxy/scope/scope.ts'
import { type Proxy as CaptureProxy, defaultProxyPort } from '../../proxy/server.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Door } from '../../util/net/door.ts'
import type { JobServer, JobServers } from '../inputs/connect-servers.ts'
import type { JobRecorder } from '../records/job-recorder.ts'
import { readStamps } from '../reuse/read-stamps.ts'
import type { BorrowedStore, Remembered } from '../reuse/remembered.ts'
import type { ChosenTargets } from '../targets/choose-targets.ts'
import { newClientToken, startServerProxy } from './start-server-proxy.ts'

export interface JobProxies extends AsyncDisposable {
  /** By server id; empty when the job runs unscoped. */
  scopes: ReadonlyMap<string, Scope>
  /** By place in `JobConfig.servers`; what the run config gets instead of the real servers. */
  access: { url: string; token: string }[]
  doors: readonly Door[]
  drain(): Promise<void>
}

export type JobScopeReport = ScopeReport & { server: string }

export interface StartProxiesOptions {
  captures: CaptureStore
  recorder: JobRecorder
  port: number | undefined
  limits: Partial<ProxyLimits>
  /** How Kometa reaches this machine's loopback. */
  loopback: Loopback
  log: JobLog
  signal: AbortSignal
  scoped: boolean
  /** Ask Plex anew, whatever an earlier job has read. */
  fresh: boolean
  remembered: Remembered
  /** The real tokens, by place in `JobConfig.servers`. */
  tokens: readonly string[]
  /** `preview.expose_token`: Kometa has the real token, so that is the one which the proxy takes. */
  exposeToken: boolean
  chosen: ChosenTargets
}

/** One proxy, with a random token and a scope of its own, for each Plex server and token that holds a target. */
export async function startProxies(servers: JobServers, options: StartProxiesOptions): Promise<JobProxies> {
  const proxies: CaptureProxy[] = []
  const access: JobProxies['access'] = []
  const scopes = new Map<string, Scope>()
  const borrowed: BorrowedStore[] = []
  const close = async () => {
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
    await Promise.all(borrowed.map((store) => store[Symbol.asyncDispose]()))
  }
  try {
    for (const server of servers.servers) {
      const { index, id, connection } = server
      const targets = options.chosen.targets
        .filter((one) => one.serverIndex === index)
        .flatMap(({ item }) => item ?? [])
      if (targets.length === 0) continue
      const layers = await jobLayers(server, targets, options, borrowed)
      if (layers.scope) scopes.set(id, layers.scope)
      const real = options.exposeToken ? options.tokens[index] : undefined
      const token = real ?? newClientToken()
      // Further servers of one job get free ports: the default one is for the first.
      const preferredPort = proxies.length === 0 ? (options.port ?? defaultProxyPort) : 0
      const proxy = await startServerProxy({
        log: options.log,
        connection,
        serverId: id,
        clientToken: token,
        captures: options.captures,
        recorder: options.recorder,
        preferredPort,
        limits: options.limits,
        wrapReads: layers.wrapReads,
      })
      proxies.push(proxy)
      access[index] = { url: urlOf(options.loopback, proxy.port), token }
      // Nothing waits for it; what fails there is asked again when Kometa asks.
      void layers.start()
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    access,
    scopes,
    doors: proxies.map(({ door }) => door),
    async drain() {
      await Promise.all(proxies.map((proxy) => proxy.drain()))
    },
    [Symbol.asyncDispose]: close,
  }
}

/** When Kometa has ended: each scope checks one of its searches again, and reports. */
export async function finishScopes(scopes: ReadonlyMap<string, Scope>): Promise<JobScopeReport[]> {
  return Promise.all(
    [...scopes].map(async ([server, scope]) => {
      await scope.recheck()
      return { server, ...scope.report() }
    }),
  )
}

/** Scope, memory and prefetch of one server; their first reads start at once, while Kometa is still loading. */
async function jobLayers(
  server: JobServer,
  targets: readonly PlexItem[],
  options: StartProxiesOptions,
  borrowed: BorrowedStore[],
): Promise<ReadLayers> {
  const { recorder, signal, chosen } = options
  const { id, index, connection } = server
  const ancestors = chosen.ancestors.get(index) ?? []
  const shelf = await options.remembered.borrow(id, options.tokens[index] ?? '')
  borrowed.push(shelf)
  const { store } = shelf
  // A memory that ends with the job has nothing of before and nothing for later.
  if (options.remembered.lasting) {
    store.beginJob(await readStamps(server, store, [...targets, ...ancestors]), { fresh: options.fresh })
  }
  const scope = options.scoped ? 'on' : 'off'
  const { captures } = options
  const layers = createReadLayers({
    ...{ connection, serverId: id, recorder, store, captures, targets, ancestors, scope, signal },
  })
  recorder.onWrite((write) => {
    if (write.server === id) layers.wrote(write)
  })
  return layers
}
