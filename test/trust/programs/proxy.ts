import { readdirSync } from 'node:fs'
import { startProxy } from '../../../src/proxy/server.ts'
import { clientToken, realToken } from '../../support/proxy-world.ts'
import { connectToSeenPlex } from '../../support/seen-plex.ts'
import { clientIdentifier, createCountingRecorder, createForgetfulCaptures } from '../world.ts'

/** What the process holds at a moment of rest. */
export interface Held {
  rssBytes: number
  heapBytes: number
  /** Bytes outside the heap: buffers. */
  externalBytes: number
  /** Open descriptors; null if the system does not report them. */
  descriptors: number | null
  /** Timers, sockets, servers and requests that Node waits for, by kind. */
  resources: Record<string, number>
}

/**
 * A process that contains only the proxy. Argument: Plex's address. Prints its port, then what it holds each time a
 * line comes in.
 */
const connection = connectToSeenPlex(
  { url: process.argv[2] ?? '', token: realToken, verifySsl: true, clientIdentifier },
  { keepAliveTimeoutMs: 500 },
)
const proxy = await startProxy({
  ...{
    connection,
    serverId: 's',
    clientToken,
    captures: createForgetfulCaptures(),
    recorder: createCountingRecorder(),
  },
  preferredPort: 0,
})
console.log(proxy.port)
process.stdin.on('data', () => {
  // Collects twice, because what the first collection frees may hold what the second one can free.
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  const held: Held = {
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    descriptors: descriptors(),
    resources,
  }
  console.log(JSON.stringify(held))
})
process.stdin.on('end', () => void proxy.drain().then(() => process.exit(0)))

function descriptors(): number | null {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null
}
