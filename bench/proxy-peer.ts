import { Agent, createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProxyServer } from 'http-proxy-3'
import { Pool } from 'undici'
import { createPlexConnection } from '../src/plex/upstream.ts'
import { createCaptureStore } from '../src/proxy/capture/store.ts'
import { createLedger } from '../src/proxy/ledger.ts'
import { startProxy } from '../src/proxy/server.ts'
import { createJobRecorder } from '../src/run/job-recorder.ts'
import { createJobLog } from '../src/util/job-log.ts'
import { createRedactor } from '../src/util/redact.ts'

/**
 * One side of the proxy bench, in a process of its own: `tsx bench/proxy-peer.ts origin`, `... relay URL`, `... preview URL`.
 * Tells its address on the IPC channel; answers 'memory' with its resident bytes.
 */
const [, , role = '', upstream = ''] = process.argv
export const benchToken = 'benchClientToken0123456789'

const small = Buffer.from(
  `<MediaContainer size="1">${'<Video ratingKey="1" title="A film"/>'.repeat(55)}</MediaContainer>`,
)
const large = Buffer.alloc(5 * 1024 * 1024, 0x42)

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer({ keepAlive: true, keepAliveTimeout: 600_000 }, handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const roles: Record<string, () => Promise<string>> = {
  origin: () =>
    listen((request, response) => {
      const isImage = request.url?.includes('/thumb/') === true
      const body = isImage ? large : small
      response.writeHead(200, {
        'content-type': isImage ? 'image/jpeg' : 'text/xml;charset=utf-8',
        'content-length': body.length,
      })
      response.end(body)
    }),
  /** The least that a streaming proxy in Node can be: no policy, no records. */
  relay: () => {
    const pool = new Pool(upstream, { connections: 64, pipelining: 1 })
    return listen((request, response) => {
      const options = { path: request.url ?? '/', method: 'GET' as const, opaque: response }
      pool
        .stream(options, ({ statusCode, headers }) => {
          response.writeHead(statusCode, headers as Record<string, string>)
          return response
        })
        .catch(() => response.destroy())
    })
  },
  /** What most Node proxies are made of. */
  'http-proxy-3': () => {
    const proxy = createProxyServer({ target: upstream, agent: new Agent({ keepAlive: true, maxSockets: 64 }) })
    return listen((request, response) => proxy.web(request, response))
  },
  preview: async () => {
    const dir = join(tmpdir(), `bench-proxy-${process.pid}`)
    const redactor = createRedactor([])
    const log = createJobLog({ redactor })
    const ledger = createLedger(join(dir, 'output', 'ledger.jsonl'))
    const proxy = await startProxy({
      connection: createPlexConnection({
        url: upstream,
        token: 'realTokenOfPlex',
        verifySsl: true,
        clientIdentifier: 'bench',
      }),
      serverId: 'bench',
      clientToken: benchToken,
      captures: createCaptureStore({ jobDir: dir }),
      recorder: createJobRecorder({ log, ledger, redactor, onCapture: () => undefined }),
      preferredPort: 0,
    })
    return proxy.url
  },
}

const start = roles[role]
if (start) {
  const url = await start()
  process.on('message', (message) => {
    if (message === 'memory') process.send?.({ rss: process.memoryUsage().rss })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ url })
}
