import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Trust } from '../../config/trust/trust.ts'
import type { ConnectRequest } from '../../contract/api/api-connect.ts'
import { clientIdentifier } from '../../run/inputs/client-identifier.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { openJsonFile } from '../json-file.ts'
import { type LiveConnection, openConnection } from './connection.ts'
import type { AllowedFolders } from './folders.ts'
import type { KometaWatch } from './kometa-state.ts'
import type { ConfigOrigin } from './load-config.ts'
import { readConfigText } from './read-config-text.ts'
import type { ReachOf } from './studio-reach.ts'

/** The config that is connected. There is one for all windows. */
export interface Connections extends AsyncDisposable {
  current(): LiveConnection | null
  /** As `current`, but throws NOT_CONNECTED where there is none. */
  required(): LiveConnection
  lastPath(): string | null
  connect(request: ConnectRequest): Promise<LiveConnection>
  /** Connects a config that the operator has named; it may be outside the allowed folders. */
  connectPath(path: string): Promise<LiveConnection>
  /** Looks at the config's file and its servers as they are now. The id of the connection stays. */
  refresh(): Promise<LiveConnection | null>
  disconnect(): Promise<void>
  /** Looks up what could not be looked up before Kometa was found. */
  kometaFound(): Promise<void>
}

export interface ConnectionsDeps {
  trust: Trust
  reachOf: ReachOf
  dataDir: string
  env: NodeJS.ProcessEnv
  folders: AllowedFolders
  kometa: KometaWatch
  /** Whether to keep the path for the next start. The path of a demo does not outlive it. */
  remember: boolean
  onChange(connection: LiveConnection | null): void
  /** Gets errors that no request is told about. */
  onFailure(error: unknown): void
}

/** How long a connect waits for Kometa to be found; without Kometa its own overlay files cannot be looked up. */
const kometaWaitMs = 3_000

export async function createConnections(deps: ConnectionsDeps): Promise<Connections> {
  const studioDir = join(deps.dataDir, 'studio')
  const privateDir = join(studioDir, 'configs')
  // A studio that was killed has left its texts there.
  await rm(privateDir, { recursive: true, force: true })
  const schema = z.object({ path: z.string().nullable() })
  const remembered = await openJsonFile(join(studioDir, 'last-config.json'), schema, { path: null }, deps.onFailure)
  let current: LiveConnection | null = null
  const ending = new AbortController()
  const turns = createTurns()
  const { look, wasWithoutKometa } = createLook(deps, privateDir, ending.signal)

  const replace = async (next: LiveConnection | null): Promise<void> => {
    const before = current
    current = next
    deps.onChange(next)
    await before?.[Symbol.asyncDispose]()
  }
  const open = async (origin: ConfigOrigin, id?: string): Promise<LiveConnection> => {
    const connection = await look(origin, id)
    await replace(connection)
    if (origin.kind === 'path' && deps.remember) await remembered.set({ path: origin.path })
    return connection
  }
  const openPath = (path: string) =>
    turns.run(async () => open({ kind: 'path', path, text: await readConfigText(path) }))
  /**
   * Only the last step waits for its turn: a Plex that does not answer must not keep anybody from connecting another
   * config.
   */
  const lookAgain = async (): Promise<LiveConnection | null> => {
    const before = current
    if (before === null) return null
    const text = await currentText(before.origin)
    const isReadable = typeof text === 'string'
    const next = isReadable ? await look({ ...before.origin, text }, before.id) : unreadable(before, text)
    return turns.run(async () => {
      if (current !== before || saysTheSame(before, next)) {
        if (isReadable) await next[Symbol.asyncDispose]()
        return current
      }
      if (isReadable) await replace(next)
      else {
        // The servers of the connection before are used on.
        current = next
        deps.onChange(next)
      }
      return next
    })
  }

  return {
    current: () => current,
    required() {
      if (current) return current
      throw new RequestProblem(409, 'NOT_CONNECTED', 'No config is connected.', { hint: 'Connect your config first.' })
    },
    lastPath: () => remembered.get().path,
    async connect(request) {
      if (request.kind === 'path') return openPath(await deps.folders.config(request.path))
      return turns.run(() => open({ kind: 'text', name: fileName(request.name), text: request.text }))
    },
    connectPath: openPath,
    refresh: shareRuns(lookAgain),
    disconnect: () => turns.run(() => replace(null)),
    kometaFound: () =>
      turns.run(async () => {
        if (current === null || !wasWithoutKometa(current) || deps.kometa.state().folder === null) return
        // The id stays, so that a job that the user is choosing items for can still be started.
        await open(current.origin, current.id)
      }),
    async [Symbol.asyncDispose]() {
      ending.abort(new DOMException('the studio ends', 'AbortError'))
      await turns.settled()
      await current?.[Symbol.asyncDispose]()
      await rm(privateDir, { recursive: true, force: true })
    },
  }
}

/** Opens connections, and remembers which of them were opened before Kometa was found. */
function createLook(deps: ConnectionsDeps, privateDir: string, signal: AbortSignal) {
  const withoutKometa = new WeakSet<LiveConnection>()
  return {
    wasWithoutKometa: (connection: LiveConnection): boolean => withoutKometa.has(connection),
    async look(origin: ConfigOrigin, id?: string): Promise<LiveConnection> {
      const renderer = await deps.kometa.within(kometaWaitMs)
      const kometaDir = renderer?.dir ?? null
      const connection = await openConnection(origin, {
        env: deps.env,
        trust: deps.trust,
        reachOf: deps.reachOf,
        privateDir,
        kometaDir,
        readYaml: renderer?.readYaml,
        // A renderer that has not been found is Kometa: the demo's stand-in is always there.
        needsTmdb: renderer?.kind !== 'sample',
        clientIdentifier: await clientIdentifier(deps.dataDir),
        signal,
        ...(id === undefined ? {} : { id }),
      })
      if (kometaDir === null) withoutKometa.add(connection)
      return connection
    },
  }
}

/** Runs one connect after the other, so that the last one that was asked for stays. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      const next = last.then(work)
      last = next.catch(() => undefined)
      return next
    },
    async settled(): Promise<void> {
      await last
    },
  }
}

/** Whoever asks while a run is under way shares the next run, since that run sees what has changed meanwhile. */
function shareRuns<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  let next: Promise<T> | null = null
  const start = () => {
    running = work().finally(() => {
      running = null
    })
    return running
  }
  return () => {
    if (running === null) return start()
    next ??= running
      .catch(() => null)
      .then(() => {
        next = null
        return start()
      })
    return next
  }
}

/** The text of the config as it is now, or the problem that keeps it from being read. */
async function currentText(origin: ConfigOrigin): Promise<string | RequestProblem> {
  if (origin.kind === 'text') return origin.text
  try {
    return await readConfigText(origin.path)
  } catch (error) {
    if (error instanceof RequestProblem) return error
    throw error
  }
}

/** The same connection with a file that can no longer be read: no job is started with it. */
function unreadable(connection: LiveConnection, { message }: RequestProblem): LiveConnection {
  const nowhere = { line: null, column: null, endLine: null, endColumn: null, path: null }
  const { name } = connection.reply.source
  const words = `${name} can no longer be read: ${message} Put it back, or connect another config.`
  const problem = { severity: 'error' as const, message: words, ...nowhere }
  return { ...connection, reply: { ...connection.reply, problems: [problem], usable: false } }
}

const saysTheSame = ({ reply: before }: LiveConnection, { reply: next }: LiveConnection): boolean =>
  isDeepStrictEqual({ ...before, connectedAt: null }, { ...next, connectedAt: null })

/** A name to show: the last part of what the browser sent. */
const fileName = (name: string | undefined): string =>
  (name ?? '')
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 100) || 'config.yml'
