import { once } from 'node:events'
import { createServer, request } from 'node:http'

export interface Front extends AsyncDisposable {
  url: string
  /** What is answered instead of Plex's own answer: a status, or null to pass on. */
  intercept: (method: string, target: string) => number | null
  /** Targets that came, in order. */
  readonly seen: readonly string[]
  /** A GET of `/go` is answered once an answer to such a target has been sent. */
  goAfter: RegExp
}

/** Stands before a sample Plex, to see what is asked of it and to fail where a test wants it to. */
export async function startFront(plexUrl: string): Promise<Front> {
  const seen: string[] = []
  const answered: string[] = []
  const waiting: (() => void)[] = []
  const release = () => {
    if (answered.some((target) => front.goAfter.test(target))) for (const go of waiting.splice(0)) go()
  }
  const upstream = new URL(plexUrl)
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    seen.push(`${method} ${url}`)
    const status = front.intercept(method, url)
    if (url === '/go') {
      waiting.push(() => outgoing.writeHead(200).end())
      return release()
    }
    if (status !== null) return outgoing.writeHead(status).end()
    outgoing.once('finish', () => {
      answered.push(url)
      release()
    })
    const onward = request({ host: upstream.hostname, port: upstream.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const front: Front = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    intercept: () => null,
    goAfter: /\/posters$/,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return front
}
