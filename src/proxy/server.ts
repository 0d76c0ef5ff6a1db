import { createServer, type Server } from 'node:http'
import { AppError } from '../contract/errors.ts'
import type { PlexConnection } from '../plex/upstream/connection.ts'
import { createTokenCheck, createTokenSearch } from '../policy/token-check.ts'
import { createDoor, type Door } from '../util/net/door.ts'
import { listenOnLoopback } from '../util/net/loopback.ts'
import { createPauseWatch } from '../util/time/pause-watch.ts'
import { createForward } from './answer/forward.ts'
import { noteArtwork } from './answer/note-artwork.ts'
import { createPlexKnowledge } from './answer/plex-knowledge.ts'
import type { ReadHandler } from './answer/read-handler.ts'
import { createReadOwnUrl } from './answer/read-own-url.ts'
import type { CaptureStore } from './capture/types.ts'
import { microTimestamp } from './clock.ts'
import { admitGradually } from './connections/admission.ts'
import { createDrain } from './connections/drain.ts'
import { makeRoom } from './connections/make-room.ts'
import { refuseRawRequests } from './connections/raw-refusals.ts'
import { createRequestHandler } from './handle-request.ts'
import { createWriteHandlers } from './handle-write.ts'
import { createExchangeRecords } from './ledger/exchange-records.ts'
import type { ProxyRecorder } from './ledger/proxy-recorder.ts'
import { type ProxyLimits, proxyLimits } from './limits.ts'

export const defaultProxyPort = 32500

export interface ProxyOptions {
  connection: PlexConnection
  /** machineIdentifier of the server, for the records. */
  serverId: string
  /** The one token that clients of this job have; at least 16 characters, random. */
  clientToken: string
  captures: CaptureStore
  recorder: ProxyRecorder
  /** Default 32500; a free port when it is taken. 0 = any free port. */
  preferredPort?: number
  limits?: Partial<ProxyLimits>
  /** Wraps the handler that reads from Plex: scope and memory answer some reads, and pass the others on. */
  wrapReads?: (forward: ReadHandler) => ReadHandler
}

export interface Proxy extends AsyncDisposable {
  /** http://127.0.0.1:port, no slash. */
  readonly url: string
  readonly port: number
  /** True when the preferred port was taken and another one is used. */
  readonly portWasTaken: boolean
  /** For a Kometa in a network namespace of its own. */
  readonly door: Door
  /** Takes no new connections and lets requests under way finish, within `drainTimeoutMs`; then cuts the rest. */
  drain(): Promise<void>
}

/**
 * Starts the write-blocking proxy of one Plex server on this machine's loopback. Known reads are rebuilt and go to
 * Plex; uploads are kept; all other writes are blocked and answered as Plex answers a success; everything else is
 * refused. Each request gets one verdict and one record. Rejects with PORT_UNAVAILABLE when no port is free.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { connection, serverId, clientToken, captures, recorder } = options
  if (clientToken.length < 16) throw new Error('the client token is too short to keep anybody out')
  const limits = { ...proxyLimits, ...options.limits }
  const records = createExchangeRecords(recorder, serverId, clientToken, microTimestamp)
  const forward = createForward(connection)
  const reads = options.wrapReads?.(forward) ?? forward
  const knowledge = createPlexKnowledge({ reads, serverId, recorder, limits })
  const holdsToken = createTokenSearch(clientToken)
  const server = createHttpServer(limits)
  const closeStrangers = makeRoom(server, { maxConnections: limits.maxConnections, holdsToken })
  const drain = createDrain(server, limits.drainTimeoutMs, closeStrangers)
  const handle = createRequestHandler({
    context: {
      section: knowledge.section,
      listedArtwork: knowledge.listedArtwork,
      acceptsToken: createTokenCheck(clientToken),
      holdsToken,
    },
    knowledge,
    records,
    recorder,
    read: noteArtwork(reads, knowledge, limits.maxArtworkAnswerBytes),
    write: createWriteHandlers({
      captures,
      recorder,
      records,
      serverId,
      plexUrl: connection.address.url,
      readOwnUrl: createReadOwnUrl({ reads, knowledge, recorder, serverId, holdsToken }),
      port: () => portOf(server),
      maxDrainBytes: limits.maxDrainBytes,
    }),
    maxHeadersCount: limits.maxHeadersCount,
    maxDrainBytes: limits.maxDrainBytes,
  })
  server.on('request', (req, res) => handle(req, res))
  server.on('checkContinue', (req, res) => handle(req, res, true))
  server.on('checkExpectation', (req, res) => {
    records.refusedRaw(req.method ?? '?', req.url ?? '', expectation)
    res.writeHead(expectation.status, { 'Content-Length': 0, Connection: 'close' }).end()
  })
  const pauses = createPauseWatch()
  server.once('close', () => pauses[Symbol.dispose]())
  server.on('timeout', (socket) => {
    // This process may have been paused, with the next request unread in the socket: closing it would leave the client
    // without an answer.
    if (pauses.stoodStill()) socket.setTimeout(limits.keepAliveTimeoutMs)
    else socket.destroy()
  })
  refuseRawRequests(server, records, pauses)
  const { listener, portWasTaken } = await listen(server, options.preferredPort ?? defaultProxyPort)
  const port = portOf(server)
  const end = () => {
    listener[Symbol.dispose]()
    return drain()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    portWasTaken,
    door: createDoor(server, port),
    drain: end,
    [Symbol.asyncDispose]: end,
  }
}

const expectation = {
  status: 417,
  reason: 'the request expects something other than 100-continue',
  outcome: 'refused',
} as const

function createHttpServer(limits: ProxyLimits): Server {
  const server = createServer({
    insecureHTTPParser: false,
    // The policy judges a missing Host header like everything else, so that it is recorded too.
    requireHostHeader: false,
    // When head and body of an answer go out in separate packets, each costs 40 ms (delayed acknowledgement).
    noDelay: true,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
  })
  server.maxHeadersCount = limits.maxHeadersCount
  admitGradually(server, {
    maxUnread: limits.maxUnreadConnections,
    stalledMs: limits.stalledConnectionsMs,
    maxHeldMs: limits.headersTimeoutMs / 2,
  })
  return server
}

/** Listens on the preferred port or, when that is taken, on a free one. */
async function listen(server: Server, preferredPort: number) {
  try {
    return { listener: await listenOnLoopback(server, preferredPort), portWasTaken: false }
  } catch (error) {
    if (preferredPort === 0) throw portError(error)
    const listener = await listenOnLoopback(server, 0).catch((cause: unknown) => Promise.reject(portError(cause)))
    return { listener, portWasTaken: true }
  }
}

function portError(cause: unknown): AppError {
  return new AppError('PORT_UNAVAILABLE', 'no port of 127.0.0.1 can be listened on', { cause })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
