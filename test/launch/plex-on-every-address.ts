import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Listens in front of a sample Plex on every address of this machine, as Plex does, and records the requests. */
export async function onEveryAddress(plexUrl: string): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = []
  const upstream = new URL(plexUrl)
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    seen.push(`${method} ${url}`)
    const { hostname: host, port } = upstream
    // The sample Plex knows only one address of its own.
    const own = { ...headers, host: upstream.host }
    const onward = request({ host, port, method, path: url, headers: own }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, seen }
}
