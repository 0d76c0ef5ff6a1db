import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'

const page = '<!DOCTYPE html><html><body>Plex Media Server is currently running database migrations.</body></html>'
const xml = '<MediaContainer size="1"><Video ratingKey="101"'

/** How a server fails after it has answered well. */
export const failures = {
  gone: (answer: ServerResponse) => answer.socket?.destroy(),
  reset: (answer: ServerResponse) => answer.socket?.resetAndDestroy(),
  restarting: (answer: ServerResponse) => answer.writeHead(503, { 'Retry-After': '30' }).end(page),
  failing: (answer: ServerResponse) => answer.writeHead(500).end(),
  'a web page': (answer: ServerResponse) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end(page),
  'lying about gzip': (answer: ServerResponse) =>
    answer.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Encoding': 'gzip' }).end(xml),
  'broken off in the middle': (answer: ServerResponse) => {
    answer.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': 5_000 })
    answer.write(xml, () => answer.socket?.destroy())
  },
} as const
export type Failure = keyof typeof failures

/** Sits in front of a sample Plex. After `fail`, and this many more good answers, every request meets the failure. */
export async function startFailingFront(plexPort: number) {
  let failure: Failure | null = null
  let goodOnesLeft = 0
  let only = /^/
  let failed = 0
  const server = createServer((incoming, outgoing) => {
    const meets = failure !== null && only.test(incoming.url ?? '')
    if (meets && goodOnesLeft > 0) goodOnesLeft -= 1
    else if (meets && failure !== null) {
      failed += 1
      failures[failure](outgoing)
      return
    }
    const { method, url, headers } = incoming
    const onward = request({ host: '127.0.0.1', port: plexPort, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    /** `where`: only requests for these paths fail. */
    fail(how: Failure, after = 0, where = /^/) {
      failure = how
      only = where
      goodOnesLeft = after
    },
    /** Requests that met the failure. */
    failed: () => failed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
