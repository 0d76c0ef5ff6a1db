import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

/** What arrived at a listener that nobody but the tool should reach. */
export interface Sighting {
  where: string
  text: string
}

/**
 * The listeners of a machine on which Kometa runs: Plex behind counting fronts on IPv4 and IPv6, another service, UDP,
 * and Unix sockets with and without a path. They keep every byte; each connection is one sighting.
 */
export async function startWitnesses(plexPort: number, dir: string) {
  const sightings: Sighting[] = []
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  const listen = async (where: string, options: ListenOptions, onward: boolean) => {
    const server = createServer((socket) => {
      const sighting: Sighting = { where, text: '' }
      sightings.push(sighting)
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
      socket.on('data', (chunk) => {
        sighting.text += chunk.toString('latin1')
        if (!onward) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      })
      if (!onward) return
      const plex = connect(plexPort, '127.0.0.1')
      sockets.add(plex)
      plex.on('close', () => socket.destroy()).on('error', () => socket.destroy())
      socket.on('close', () => plex.destroy())
      socket.pipe(plex).pipe(socket)
    })
    server.listen(options)
    await Promise.race([once(server, 'listening'), once(server, 'error').then(([error]) => Promise.reject(error))])
    servers.push(server)
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const port = await listen('Plex', { host: '127.0.0.1', port: 0 }, true)
  const hasV6 = await listen('Plex by v6', { host: '::1', port }, true).then(
    () => true,
    () => false,
  )
  const otherPort = await listen('another service', { host: '127.0.0.1', port: 0 }, false)
  const unixPath = join(dir, 'service.sock')
  await listen('a Unix socket', { path: unixPath }, false)
  const abstractName = `witness-${process.pid}-${port}`
  await listen('an abstract Unix socket', { path: `\0${abstractName}` }, false)
  const udp = createSocket('udp4')
  udp.on('message', (message) => sightings.push({ where: 'UDP', text: message.toString('latin1') }))
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  return {
    sightings,
    hasV6,
    ports: { plexPort: port, otherPort, udpPort: udp.address().port, unixPath, abstractName },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      udp.close()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
