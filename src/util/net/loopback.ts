import { lookup } from 'node:dns/promises'
import type { Server as HttpServer } from 'node:http'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { errorCodeOf, hasErrorCode } from '../unknown-error.ts'

/** Rarely another program uses, on ::1, the port that is free on 127.0.0.1. Then another port is tried. */
const maxAttempts = 5
/** The errors of a machine that has no IPv6, or none on its loopback device. */
const withoutV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'EPROTONOSUPPORT'])

/**
 * Makes an HTTP server listen on a port of 127.0.0.1 (0: any) and, where IPv6 exists, on the same port of ::1:
 * `localhost` means both, and no other program may answer there. Disposing stops new connections on ::1; closing the
 * server stops those on 127.0.0.1. Rejects with EADDRINUSE when somebody else has the port on either address.
 */
export async function listenOnLoopback(server: HttpServer, port: number): Promise<Disposable> {
  for (let attempt = 1; ; attempt++) {
    const six = await listenOnV6(server, port)
    const address = six?.address()
    try {
      await listen(server, { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : port })
      return { [Symbol.dispose]: () => void six?.close() }
    } catch (error) {
      six?.close()
      if (port !== 0 || !isTaken(error) || attempt === maxAttempts) throw error
    }
  }
}

/** The HTTP server handles the connections of ::1 as its own, with all its limits. */
async function listenOnV6(server: HttpServer, port: number): Promise<Server | null> {
  const six = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket))
  if (server.maxConnections) six.maxConnections = server.maxConnections
  try {
    await listen(six, { host: '::1', port })
    return six
  } catch (error) {
    if (withoutV6.has(errorCodeOf(error))) return null
    throw error
  }
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...options, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const isTaken = (error: unknown): boolean => hasErrorCode(error, 'EADDRINUSE')

/** The name that this machine has for itself, or 127.0.0.1 when `localhost` is unknown or leads elsewhere. */
export async function loopbackName(): Promise<string> {
  const found = await lookup('localhost', { all: true }).catch(() => [])
  const addresses = found.map(({ address }) => address)
  const leadsHere = addresses.every((address) => address === '127.0.0.1' || address === '::1')
  return leadsHere && addresses.includes('127.0.0.1') ? 'localhost' : '127.0.0.1'
}
