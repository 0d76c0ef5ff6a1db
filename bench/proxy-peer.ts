import { Agent, createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from 'http-proxy-3'
import { Pool } from 'undici'
import { serveWords } from './peer.ts'
import { startBenchProxy } from './start-proxy.ts'

/**
 * One side of the proxy bench, in a separate process: `origin`, `relay URL`, `http-proxy-3 URL` or
 * `preview URL FOLDER`. It sends its address, and answers the words `memory` and `cpu` (microseconds so far).
 */
const [, , role = '', upstream = '', folder = ''] = process.argv

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
  /** The smallest streaming proxy that Node allows, without a policy and without records. */
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
  /** The successor of http-proxy, which many Node proxies use. */
  'http-proxy-3': () => {
    const proxy = createProxyServer({ target: upstream, agent: new Agent({ keepAlive: true, maxSockets: 64 }) })
    return listen((request, response) => proxy.web(request, response))
  },
  preview: async () => (await startBenchProxy(upstream, folder)).proxy.url,
}

const start = roles[role]
if (!start) throw new Error(`no side is called "${role}"`)
serveWords(
  { url: await start() },
  {
    memory() {
      globalThis.gc?.()
      const { rss, heapUsed, external } = process.memoryUsage()
      return { rss, kept: heapUsed + external }
    },
    cpu() {
      const { user, system } = process.cpuUsage()
      return user + system
    },
  },
)
