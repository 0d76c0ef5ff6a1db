import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** An address in front of a studio that can go dead, like a machine whose plug is pulled, and come back. */
export interface Front extends AsyncDisposable {
  url: string
  /** Cuts every connection and accepts no new one. */
  cut(): Promise<void>
  restore(): Promise<void>
}

export async function openFront(studioPort: number): Promise<Front> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    const upstream = connect(studioPort, '127.0.0.1')
    keep(client)
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  const open = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const cut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await open(0)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, cut, restore: () => open(port), [Symbol.asyncDispose]: cut }
}
