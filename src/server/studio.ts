import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { AppError } from '../contract/errors.ts'
import { createClosers } from './closers.ts'
import { createApp } from './http/app.ts'
import { isLoopback } from './http/guard.ts'
import { RequestProblem } from './http/request-problem.ts'
import { createStaticFiles } from './http/static-files.ts'
import { limits } from './limits.ts'
import { openParts } from './open-parts.ts'
import { connectRoutes } from './routes/connect-routes.ts'
import { itemRoutes } from './routes/item-routes.ts'
import { jobRoutes } from './routes/job-routes.ts'
import { resultRoutes } from './routes/result-routes.ts'
import { settingsRoutes } from './routes/settings-routes.ts'
import type { StudioParts } from './routes/studio-parts.ts'
import type { StudioOptions } from './studio-options.ts'

export interface Studio extends AsyncDisposable {
  /** What to open in a browser. */
  url: string
  port: number
}

/**
 * Starts the studio's server. Throws BAD_USAGE for an open host without a password, JOB_IN_USE when another studio
 * serves the same data folder, FOLDER_UNUSABLE and PORT_UNAVAILABLE. Disposing it ends a running job and leaves nothing
 * behind.
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { host = '127.0.0.1' } = options
  if (!isLoopback(host) && !options.password) {
    throw new AppError('BAD_USAGE', `a password is needed to listen on ${host}`, {
      hint: 'Everybody who reaches this address could see your library and start jobs: give --password-file.',
    })
  }
  const closers = createClosers()
  try {
    const parts = await openParts(options, closers)
    const server = createServer(parts, { ...options, host })
    const port = await listen(server, host, options.port)
    closers.add(() => closeServer(server, parts))
    void parts.kometa.check()
    if (options.configPath !== undefined) void connectAtStart(options.configPath, parts)
    const shown = host.includes(':') ? `[${host}]` : host
    return { url: `http://${shown}:${port}`, port, [Symbol.asyncDispose]: closers.closeAll }
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

function createServer(parts: StudioParts, options: StudioOptions & { host: string }): Server {
  const { host } = options
  const app = createApp({
    handlers: {
      ...connectRoutes(parts),
      ...itemRoutes(parts),
      ...jobRoutes(parts),
      ...resultRoutes(parts),
      ...settingsRoutes(parts),
    },
    rules: { loopback: isLoopback(host), allowedHosts: options.allowedHosts ?? [] },
    sessions: parts.sessions,
    staticFiles: createStaticFiles(options.webDir ?? builtWeb()),
    scrub: (text) => parts.connections.current()?.scrub(text) ?? text,
    onFailure: parts.onFailure,
    checkReplies: options.checkReplies === true,
  })
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname: host,
    // The global Request and Response stay Node's own, because other parts of this process use them.
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: true,
      connectionsCheckingInterval: limits.socketCheckMs,
    },
  }) as Server
  server.maxConnections = limits.maxConnections
  server.headersTimeout = limits.headersTimeoutMs
  server.requestTimeout = limits.requestTimeoutMs
  server.keepAliveTimeout = limits.keepAliveTimeoutMs
  return server
}

async function closeServer(server: Server, { streams }: StudioParts): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  streams[Symbol.dispose]()
  server.closeAllConnections()
  await closed
}

/**
 * Connects the config that the command line named. A problem with it is told there, since no window has asked for it.
 */
async function connectAtStart(path: string, { connections, onFailure }: StudioParts): Promise<void> {
  try {
    await connections.connectPath(path)
  } catch (error) {
    onFailure(error instanceof RequestProblem ? configProblem(path, error) : error)
  }
}

const configProblem = (path: string, { message, hint }: RequestProblem): AppError =>
  new AppError('CONFIG_UNREADABLE', `${path} is not connected: ${message}`, {
    hint: hint ?? 'Put it right, then connect it in the studio.',
  })

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((done, failed) => {
    const onError = (cause: NodeJS.ErrnoException) => failed(cannotListen(host, port, cause))
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      const address = server.address()
      done(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): AppError {
  const { code = 'unknown error' } = cause
  if (code === 'EADDRINUSE') {
    return new AppError('PORT_UNAVAILABLE', `${host}:${port} is taken`, {
      hint: 'Name another port with --port.',
      cause,
    })
  }
  if (code === 'EACCES') {
    const hint = 'Ports below 1024 need more rights: name another port with --port.'
    return new AppError('PORT_UNAVAILABLE', `this user may not listen on ${host}:${port}`, { hint, cause })
  }
  return new AppError('PORT_UNAVAILABLE', `${host}:${port} cannot be used (${code})`, {
    hint: '--host names an address of this machine, such as 127.0.0.1 or 0.0.0.0.',
    cause,
  })
}

/** `dist/web`, from the built code and from its source. */
const builtWeb = (): string => fileURLToPath(new URL('../../dist/web', import.meta.url))
