import { lookup } from 'node:dns/promises'
import type { Server as HttpServer } from 'node:http'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { errorCodeOf, hasErrorCode } from '../unknown-error.ts'

/** A free port of 127.0.0.1 that another program has on ::1 is a rare chance. */
const maxAttempts = 5
/** This machine has no IPv6, or not on its loopback device. */
const withoutV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'EPROTONOSUPPORT'])

/**
 * Makes an HTTP server listen on a port of 127.0.0.1 (0: any), and on the same one of ::1 where there is one:
 * `localhost` means both, and nobody else may be behind it. Disposing takes no new connections on ::1; closing the
 * server, none on
 * 127.0.0.1. Rejects with EADDRINUSE when somebody else has the port on either.
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

/** Its connections are the HTTP server's own, with all of that one's limits. */
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

/** The name of this machine for itself; its address where that name is not known, or leads elsewhere. */
export async function loopbackName(): Promise<string> {
  const found = await lookup('localhost', { all: true }).catch(() => [])
  const addresses = found.map(({ address }) => address)
  const leadsHere = addresses.every((address) => address === '127.0.0.1' || address === '::1')
  return leadsHere && addresses.includes('127.0.0.1') ? 'localhost' : '127.0.0.1'
}
