import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPlexReader, type PlexReader } from '../../src/plex/items/reads.ts'
import type { PlexConnection } from '../../src/plex/upstream/connection.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { type SamplePlex, startSamplePlex, type WatchedOptions } from '../support/watched-plex.ts'

export interface OpenPlex extends AsyncDisposable {
  plex: SamplePlex
  connection: PlexConnection
  reader: PlexReader
}

export const address = (url: string, token = 'a-token') => ({ url, token, verifySsl: true, clientIdentifier: 'tests' })

/** A sample Plex and our reader of it. */
export async function openSamplePlex(options: WatchedOptions): Promise<OpenPlex> {
  const plex = await startSamplePlex(options)
  const connection = connectToSeenPlex(address(plex.url, plex.token))
  return {
    plex,
    connection,
    reader: createPlexReader(connection),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
    },
  }
}

export interface OddServer extends AsyncDisposable {
  url: string
  connection: PlexConnection
}

/** A server that answers on a port as no proper Plex would. */
export async function openOddServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<OddServer> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = connectToSeenPlex(address(url))
  return {
    url,
    connection,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json = (response: ServerResponse, container: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ MediaContainer: container }))
}
