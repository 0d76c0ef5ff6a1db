import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { openTrust } from '../config/trust/trust.ts'
import { settingsSchema } from '../contract/api/api-jobs.ts'
import { AppError } from '../contract/errors.ts'
import type { IsolateMode } from '../kometa/isolation/isolation.ts'
import { acquireJobLock } from '../run/job-folder/job-lock.ts'
import { openRemembered } from '../run/reuse/remembered.ts'
import { openBeneath } from '../util/beneath/beneath.ts'
import { createConnections, readConfigText } from './connect/current-connection.ts'
import { createAllowedFolders } from './connect/folders.ts'
import { type MakeRenderer, watchKometa } from './connect/kometa-state.ts'
import { createStudioReach } from './connect/studio-reach.ts'
import { readInThread } from './foreign-text/on-text.ts'
import { createApp } from './http/app.ts'
import { createEventStreams } from './http/event-stream.ts'
import { isLoopback } from './http/guard.ts'
import { createSessions } from './http/session.ts'
import { createStaticFiles } from './http/static-files.ts'
import { closeFolders } from './jobs/files/close-folders.ts'
import { createSummaryReader } from './jobs/files/read-summary.ts'
import { createJournalPast } from './jobs/journal/journal-past.ts'
import { createJobRunner, type JobRunner } from './jobs/runner/job-runner.ts'
import { createAgeClock, seenTimeSchema } from './jobs/store/age-clock.ts'
import { isGone, isInUse, openJobStore } from './jobs/store/job-store.ts'
import { newestTime, prunableJobs } from './jobs/store/prune-jobs.ts'
import { markInterrupted } from './jobs/store/recover-jobs.ts'
import type { JobRecord } from './jobs/store/studio-job-record.ts'
import { createDifferences } from './jobs/view/differences.ts'
import { createPictureFinder } from './jobs/view/job-pictures.ts'
import { toEntry } from './jobs/view/job-view.ts'
import { openJsonFile } from './json-file.ts'
import { createIndexStore } from './library/index-store.ts'
import { createItemIndex } from './library/item-index.ts'
import { createItemQueries } from './library/query-items.ts'
import { limits } from './limits.ts'
import { createThumbnails } from './pictures/thumbnails.ts'
import { connectRoutes } from './routes/connect-routes.ts'
import { itemRoutes } from './routes/item-routes.ts'
import { jobRoutes } from './routes/job-routes.ts'
import type { StudioParts } from './routes/studio-parts.ts'
import { openSavedSets } from './saved-sets.ts'
import { createStudioEvents } from './studio-events.ts'

export interface StudioOptions {
  /** Default 127.0.0.1. Another than loopback needs `password`. */
  host?: string
  /** 0: a free one. */
  port: number
  /** Ours: jobs, index, thumbnails, settings. */
  dataDir: string
  password?: string | undefined
  /** Folders that configs may be chosen from. */
  allowedFolders: readonly string[]
  /** Names besides the usual ones under which a browser may ask for us. */
  allowedHosts?: readonly string[]
  /** Finds what draws. */
  makeRenderer: MakeRenderer
  /** Of every job: Kometa in a network namespace of its own. Default: where this system allows it. */
  isolate?: IsolateMode
  env: NodeJS.ProcessEnv
  version: string
  /** Job folders elsewhere, made with `run --out`, that are shown too. */
  jobFolders?: readonly string[]
  /** Connected at once, before any window asks. */
  configPath?: string | undefined
  demo?: boolean
  /** The built web application; default: beside our own code. */
  webDir?: string
  /** Parse every reply by its schema; for tests. */
  checkReplies?: boolean
  /** Errors that no user can act on. `scrub` takes secrets out of what is said of one. */
  onFailure?: (error: unknown, scrub: (text: string) => string) => void
}

export interface Studio extends AsyncDisposable {
  /** What to open in a browser. */
  url: string
  port: number
}

const defaultSettings = { maxAgeDays: 30, maxJobs: 200, maxBytes: 20_000_000_000, secretHours: 24 }
const pruneEveryMs = 3_600_000

/**
 * Starts the studio's server. Throws BAD_USAGE for an open host without a password, JOB_IN_USE when another studio
 * serves the same data folder, PORT_UNAVAILABLE. Disposing ends a running job and leaves nothing behind.
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { host = '127.0.0.1' } = options
  const loopback = isLoopback(host)
  if (!loopback && !options.password) {
    throw new AppError('BAD_USAGE', `a password is needed to listen on ${host}`, {
      hint: 'Whoever reaches this address could see your library and start jobs: give --password-file.',
    })
  }
  const closers: (() => PromiseLike<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const parts = await openParts(options, closers)
    const rules = { loopback, allowedHosts: options.allowedHosts ?? [] }
    const app = createApp({
      handlers: { ...connectRoutes(parts), ...itemRoutes(parts), ...jobRoutes(parts) },
      rules,
      sessions: parts.sessions,
      staticFiles: createStaticFiles(options.webDir ?? builtWeb()),
      scrub: (text) => parts.connections.current()?.scrub(text) ?? text,
      onFailure: parts.onFailure,
      checkReplies: options.checkReplies === true,
    })
    const server = createAdaptorServer({
      fetch: app.fetch,
      hostname: host,
      // The global Request and Response stay Node's own: other parts of this process use them too.
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
    const port = await listen(server, host, options.port)
    closers.push(async () => {
      const closed = new Promise<void>((done) => server.close(() => done()))
      parts.streams[Symbol.dispose]()
      server.closeAllConnections()
      await closed
    })
    void parts.kometa.check()
    if (options.configPath !== undefined) void parts.connections.connectPath(options.configPath).catch(parts.onFailure)
    const shown = host.includes(':') ? `[${host}]` : host
    return { url: `http://${shown}:${port}`, port, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Everything that the routes work with; what must be ended is put on `closers`. */
async function openParts(options: StudioOptions, closers: (() => PromiseLike<void>)[]): Promise<StudioParts> {
  const { env, version } = options
  const dataDir = resolve(options.dataDir)
  const onFailure = (error: unknown) => options.onFailure?.(error, (text) => connections.current()?.scrub(text) ?? text)
  const studioDir = join(dataDir, 'studio')
  await mkdir(studioDir, { recursive: true })
  const lock = await lockData(studioDir, dataDir)
  closers.push(() => lock[Symbol.asyncDispose]())
  const end = <T extends AsyncDisposable>(part: T): T => {
    closers.push(async () => part[Symbol.asyncDispose]())
    return part
  }

  const events = createStudioEvents(() => ({
    type: 'hello',
    version,
    connectionId: connections.current()?.id ?? null,
  }))
  const sessions = createSessions(options.password)
  const settings = await openJsonFile(join(studioDir, 'settings.json'), settingsSchema, defaultSettings)
  const readSummary = createSummaryReader()
  const past = createJournalPast()
  const pictures = createPictureFinder()
  const differences = createDifferences(pictures)
  const kometa = watchKometa(options.makeRenderer, (state) => {
    events.send({ type: 'kometa', kometa: state })
    if (state.state === 'ready') void connections.kometaFound().catch(onFailure)
  })
  const indexStore = createIndexStore(join(dataDir, 'index'))
  const index = end(
    createItemIndex({ store: indexStore, onChange: (state) => events.send({ type: 'index', index: state }) }),
  )
  const trust = openTrust(dataDir, readInThread)
  const secretKeepMs = () => settings.get().secretHours * 3_600_000
  const ours = ['jobs', 'studio', 'workspaces', 'proxy'].map((name) => join(dataDir, name))
  const folders = createAllowedFolders(options.allowedFolders, env, ours)
  const reachOf = createStudioReach({ allowedFolders: options.allowedFolders, dataDir, env })
  const connections = end(
    await createConnections({
      reachOf,
      dataDir,
      trust,
      env,
      folders,
      kometa,
      remember: options.demo !== true,
      onChange(connection) {
        index.connect(connection)
        events.send({ type: 'connection', connectionId: connection?.id ?? null })
      },
    }),
  )
  const store = await openJobStore({
    folder: join(dataDir, 'jobs'),
    beforeRemove: (dir) => trust.vault.forget(dir),
    others: options.jobFolders ?? [],
    readSummary,
    onFailure,
    onChange(record) {
      const secretsKeptUntil = trust.vault.keptUntil(store.dirOf(record.id))
      events.job(toEntry(record, { queuePlace: runner.queuePlace(record.id), secretsKeptUntil }))
    },
    onRemove: (jobId) => events.send({ type: 'job-removed', jobId }),
  })
  const remembered = end(await openRemembered(join(dataDir, 'workspaces'), { lasting: true }))
  const ages = createAgeClock({
    seen: await openJsonFile(join(studioDir, 'seen-time.json'), seenTimeSchema, { seenAtMs: 0 }),
    newestRecordMs: () => newestTime(store.list()),
    onFailure,
  })
  const prune = async () => {
    const ours = store.list().filter(({ id }) => store.isOurs(id))
    const gone: JobRecord[] = []
    for (const record of prunableJobs(ours, settings.get(), ages.now())) {
      if (runner.stream(record.id)) continue
      try {
        await store.remove(record.id)
        gone.push(record)
      } catch (error) {
        // Somebody has removed it, or the command line runs it again just now: then its turn comes.
        if (!isInUse(error) && !isGone(error)) onFailure(error)
      }
    }
    return { removed: gone.map(({ id }) => id), bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) }
  }
  const runner: JobRunner = end(
    createJobRunner({
      store,
      past,
      trust,
      reachOf,
      readSummary,
      differences,
      renderer: kometa.renderer,
      isolate: options.isolate ?? 'auto',
      remembered,
      dataDir,
      env,
      onEnd: () => void prune().catch(onFailure),
      onFailure,
    }),
  )
  await store.scan()
  await markInterrupted(store, past, onFailure)
  await closeFolders(store, onFailure)
  const tidy = async () => {
    await trust.vault.tidy(secretKeepMs())
    await prune()
  }
  await tidy()
  const timer = setInterval(() => void tidy().catch(onFailure), pruneEveryMs)
  timer.unref()
  closers.push(async () => clearInterval(timer))

  return {
    version,
    demo: options.demo === true,
    dataDir,
    sessions,
    folders,
    kometa,
    connections,
    index,
    indexStore,
    queries: createItemQueries(),
    thumbnails: end(createThumbnails(join(dataDir, 'thumbnails'))),
    sets: await openSavedSets(dataDir),
    settings,
    store,
    runner,
    past,
    start: {
      store,
      runner,
      env,
      trust,
      reachOf,
      secretKeepMs,
      readUserConfig: async (path) => readConfigText(await folders.config(path)),
      kometa: async () => {
        const { dir: kometaDir, readYaml } = await kometa.renderer()
        return { kometaDir, readYaml }
      },
      rendererKind: () => kometa.state().renderer,
    },
    readSummary,
    pictures,
    differences,
    streams: createEventStreams(sessions.isSignedIn),
    events,
    prune,
    ages,
    onFailure,
  }
}

/** Two studios on one data folder would take each other's running jobs for dead ones. */
async function lockData(studioDir: string, dataDir: string): Promise<AsyncDisposable> {
  try {
    return await acquireJobLock(openBeneath(studioDir))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'JOB_IN_USE') throw error
    throw new AppError('JOB_IN_USE', `another Kometa Preview serves the data folder ${dataDir}`, {
      hint: 'Use that one, or give this one a folder of its own with --data.',
      cause: error,
    })
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((done, failed) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? 'unknown error'})`
      failed(
        new AppError('PORT_UNAVAILABLE', `${host}:${port} ${taken}`, {
          hint: 'Name another port with --port.',
          cause: error,
        }),
      )
    }
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      const address = server.address()
      done(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** `dist/web`, from the built code and from its source. */
const builtWeb = (): string => fileURLToPath(new URL('../../dist/web', import.meta.url))
