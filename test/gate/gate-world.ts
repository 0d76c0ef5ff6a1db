import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Gate, startGate } from '../../src/gate/gate.ts'
import type { GateEntry } from '../../src/gate/gate-entries.ts'
import type { GateOptions } from '../../src/gate/gate-options.ts'

/** A gate that resolves all names to 127.0.0.1, and what it recorded. */
export async function openGate(options: Partial<GateOptions> = {}) {
  const entries: GateEntry[] = []
  const waiting: (() => void)[] = []
  const gate: Gate = await startGate({
    rules: { mode: 'open', allow: [], deny: [], plexNames: new Set(['plex.test']), plexAccount: false },
    onEntry(entry) {
      entries.push(entry)
      for (const wake of waiting.splice(0)) wake()
    },
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  })
  onTestFinished(() => gate[Symbol.asyncDispose]())
  const authorization = `Basic ${Buffer.from(`preview:${gate.credential}`).toString('base64')}`
  return {
    port: gate.port,
    proxyUrl: gate.proxyUrl,
    entries,
    authorization,
    end: () => gate[Symbol.asyncDispose](),
    /** The last entry, as soon as there is one. */
    async entry() {
      while (entries.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return entries.at(-1)
    },
    /** A CONNECT with the credential; returns what came back by the time the gate closed, or `until` appeared in it. */
    tunnel: (authority: string, then?: { send: string; until: string }) =>
      exchange(gate.port, `CONNECT ${authority} HTTP/1.1\r\nProxy-Authorization: ${authorization}\r\n\r\n`, then),
    /** A plain request with the credential. */
    plain: (address: string, more = '') =>
      exchange(
        gate.port,
        `GET ${address} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorization}\r\nConnection: close\r\n${more}\r\n`,
      ),
  }
}

/** A server that handles each connection as the test says. */
export async function listen(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Sends raw bytes and returns the answer. */
export function exchange(
  port: number,
  bytes: string,
  then?: { send: string; until: string },
  onData: (seen: string) => void = () => undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    let sent = false
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (data) => {
      seen += data.toString('latin1')
      onData(seen)
      if (!then) return
      if (!sent && seen.includes('\r\n\r\n')) {
        sent = true
        socket.write(then.send)
      }
      if (seen.includes(then.until)) socket.end()
    })
    socket.on('close', () => resolve(seen))
    socket.on('error', reject)
  })
}
