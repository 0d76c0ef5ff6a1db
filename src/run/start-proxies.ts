import { randomBytes } from 'node:crypto'
import type { PlexConnection } from '../plex/connection.ts'
import type { PlexItem } from '../plex/item.ts'
import type { CaptureStore } from '../proxy/capture/types.ts'
import type { Ledger } from '../proxy/ledger.ts'
import type { ReadHandler } from '../proxy/read-handler.ts'
import { createScope, type Scope, type ScopeReport } from '../proxy/scope/scope.ts'
import { createScopedReads } from '../proxy/scope/scoped-reads.ts'
import { type Proxy as CaptureProxy, defaultProxyPort, startProxy } from '../proxy/server.ts'
import type { JobLog } from '../util/job-log.ts'
import type { ChosenTargets } from './choose-targets.ts'
import type { JobServers } from './connect-servers.ts'
import type { JobRecorder } from './job-recorder.ts'

export interface JobProxies extends AsyncDisposable {
  /** By server id; empty when the job runs unscoped. */
  scopes: ReadonlyMap<string, Scope>
  /** By place in `JobConfig.servers`; what the run config gets instead of the real servers. */
  access: { url: string; token: string }[]
  drain(): Promise<void>
}

export type JobScopeReport = ScopeReport & { server: string }

export interface StartProxiesOptions {
  captures: CaptureStore
  recorder: JobRecorder
  ledger: Ledger
  port: number | undefined
  log: JobLog
  signal: AbortSignal
  scoped: boolean
  chosen: ChosenTargets
}

/** One proxy, with a random token and a scope of its own, for each Plex server and token that holds a target. */
export async function startProxies(servers: JobServers, options: StartProxiesOptions): Promise<JobProxies> {
  const proxies: CaptureProxy[] = []
  const access: JobProxies['access'] = []
  const scopes = new Map<string, Scope>()
  const close = async () => {
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
  }
  try {
    for (const { index, id, connection } of servers.servers) {
      const items = itemsOn(index, options.chosen)
      if (items.length === 0) continue
      const scope = options.scoped ? jobScope(connection, id, items, options) : null
      if (scope) scopes.set(id, scope)
      const token = randomBytes(24).toString('base64url')
      // Further servers of one job get free ports: the default one is for the first.
      const preferredPort = proxies.length === 0 ? (options.port ?? defaultProxyPort) : 0
      const proxy = await startProxy({
        connection,
        serverId: id,
        clientToken: token,
        captures: options.captures,
        recorder: options.recorder,
        preferredPort,
        ...(scope ? { wrapReads: (forward: ReadHandler) => createScopedReads(scope, forward) } : {}),
      })
      proxies.push(proxy)
      access[index] = { url: proxy.url, token }
      if (proxy.portWasTaken) options.log.warning(`Port ${preferredPort} is taken: the proxy listens on ${proxy.port}`)
      else options.log.info(`The proxy listens on ${proxy.url}`)
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    access,
    scopes,
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

/** The targets on one server and what is above them. */
function itemsOn(index: number, { targets, ancestors }: ChosenTargets): PlexItem[] {
  const own = targets.filter(({ serverIndex }) => serverIndex === index).flatMap(({ item }) => item ?? [])
  return own.length === 0 ? [] : [...own, ...(ancestors.get(index) ?? [])]
}

/** Its self-check starts at once, while Kometa is still loading; what Kometa believes it wrote is asked for again. */
function jobScope(
  connection: PlexConnection,
  server: string,
  items: readonly PlexItem[],
  options: StartProxiesOptions,
): Scope {
  const { ledger, recorder, signal } = options
  const scope = createScope({
    connection,
    items,
    signal,
    recorded: ({ purpose, target, status, bytes, durationMs }) =>
      ledger.append({
        time: new Date().toISOString(),
        source: 'proxy',
        server,
        method: 'GET',
        target,
        verdict: 'forward',
        reason: `scope: ${purpose}`,
        status,
        bytes,
        durationMs,
      }),
  })
  recorder.onWrite(({ server: written, rating_key }) => {
    if (written === server) scope.wrote(rating_key)
  })
  void scope.start()
  return scope
}
