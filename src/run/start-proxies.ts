import { randomBytes } from 'node:crypto'
import type { CaptureStore } from '../proxy/capture/types.ts'
import type { ProxyRecorder } from '../proxy/recorder.ts'
import { type Proxy as CaptureProxy, defaultProxyPort, startProxy } from '../proxy/server.ts'
import type { JobLog } from '../util/job-log.ts'
import type { JobServers } from './connect-servers.ts'

export interface JobProxies extends AsyncDisposable {
  /** By place in `JobConfig.servers`; what the run config gets instead of the real servers. */
  access: { url: string; token: string }[]
  drain(): Promise<void>
}

/** One proxy, with a random token of its own, for each Plex server and token of the job. */
export async function startProxies(
  servers: JobServers,
  options: { captures: CaptureStore; recorder: ProxyRecorder; port: number | undefined; log: JobLog },
): Promise<JobProxies> {
  const proxies: CaptureProxy[] = []
  const access: JobProxies['access'] = []
  const close = async () => {
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
  }
  try {
    for (const { index, id, connection } of servers.servers) {
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
    async drain() {
      await Promise.all(proxies.map((proxy) => proxy.drain()))
    },
    [Symbol.asyncDispose]: close,
  }
}
