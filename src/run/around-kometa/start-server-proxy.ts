import { randomBytes } from 'node:crypto'
import { type Proxy as CaptureProxy, type ProxyOptions, startProxy } from '../../proxy/server.ts'
import type { JobLog } from '../../util/job-log.ts'

/** A token that opens one proxy and nothing else. */
export const newClientToken = (): string => randomBytes(24).toString('base64url')

/** Starts the proxy of one Plex server, for a job or alone, and logs where it listens. */
export async function startServerProxy({
  log,
  ...options
}: ProxyOptions & { preferredPort: number; log: JobLog }): Promise<CaptureProxy> {
  const proxy = await startProxy(options)
  if (proxy.portWasTaken) log.warning(`Port ${options.preferredPort} is taken: the proxy listens on ${proxy.port}`)
  else log.info(`The proxy listens on ${proxy.url}`)
  return proxy
}
