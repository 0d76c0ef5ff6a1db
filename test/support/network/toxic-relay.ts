import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** The seven faults that a network can add to the bytes of an answer. */
export type Toxic =
  | { kind: 'latency'; ms: number }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** The connection ends late. */
  | { kind: 'slow close'; ms: number }
  /** After this many bytes of an answer nothing follows, and the connection stays open. */
  | { kind: 'timeout'; afterBytes: number }
  | { kind: 'reset'; afterBytes: number }
  /** The answer comes in many small pieces. */
  | { kind: 'slicing'; pieceBytes: number }
  /** The connection ends orderly after this many bytes of an answer. */
  | { kind: 'limited data'; afterBytes: number }

export interface ToxicRelay extends AsyncDisposable {
  readonly port: number
  toxic: Toxic | null
  /** Bytes of the answer to the last request, as the server sent them. */
  readonly answerBytes: number
}

/** Interval between the sends of a slow line. */
const tickMs = 10

/** A TCP relay on 127.0.0.1 in front of a port. Requests pass unchanged, answers pass through the chosen fault. */
export async function startToxicRelay(targetPort: number): Promise<ToxicRelay> {
  const sockets = new Set<Socket>()
  let answerBytes = 0
  let toxic: Toxic | null = null
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    const inner = connect(targetPort, '127.0.0.1')
    track(client)
    track(inner)
    client.on('data', (chunk) => {
      answerBytes = 0
      inner.write(chunk)
    })
    client.on('close', () => inner.destroy())
    let queue = Promise.resolve()
    let silent = false
    inner.on('data', (chunk: Buffer) => {
      const start = answerBytes
      answerBytes += chunk.length
      queue = queue.then(async () => {
        if (!silent && !client.destroyed) silent = await pass(client, chunk, start, toxic)
      })
    })
    inner.on('close', () => {
      queue = queue.then(async () => {
        if (silent) return
        if (toxic?.kind === 'slow close') await wait(toxic.ms)
        client.end()
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no port')
  return {
    port: address.port,
    get toxic() {
      return toxic
    },
    set toxic(next) {
      toxic = next
    },
    get answerBytes() {
      return answerBytes
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Sends a piece of an answer on. Returns true if this connection must send nothing more. */
async function pass(client: Socket, chunk: Buffer, start: number, toxic: Toxic | null): Promise<boolean> {
  switch (toxic?.kind) {
    case 'latency':
      await wait(toxic.ms)
      client.write(chunk)
      return false
    case 'bandwidth': {
      const step = Math.max(1, Math.floor((toxic.bytesPerSecond * tickMs) / 1_000))
      for (let at = 0; at < chunk.length && !client.destroyed; at += step) {
        client.write(chunk.subarray(at, at + step))
        await wait(tickMs)
      }
      return false
    }
    case 'slicing':
      for (let at = 0; at < chunk.length && !client.destroyed; at += toxic.pieceBytes) {
        client.write(chunk.subarray(at, at + toxic.pieceBytes))
        await new Promise(setImmediate)
      }
      return false
    case 'timeout':
    case 'reset':
    case 'limited data': {
      const room = toxic.afterBytes - start
      if (chunk.length <= room) {
        client.write(chunk)
        return false
      }
      const last = chunk.subarray(0, Math.max(0, room))
      if (toxic.kind === 'timeout') client.write(last)
      else if (toxic.kind === 'limited data') client.end(last)
      else client.write(last, () => client.resetAndDestroy())
      return true
    }
    default:
      client.write(chunk)
      return false
  }
}
