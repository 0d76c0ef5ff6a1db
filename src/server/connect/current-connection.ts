import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Trust } from '../../config/trust/trust.ts'
import { maxYamlBytes } from '../../config/yaml/yaml-read.ts'
import type { ConnectRequest } from '../../contract/api/api-connect.ts'
import { clientIdentifier } from '../../run/inputs/client-identifier.ts'
import { NotPlain, readPlainFile, TooLarge } from '../../util/files/plain-file.ts'
import { RequestProblem } from '../http/request-problem.ts'
import { openJsonFile } from '../json-file.ts'
import { type LiveConnection, openConnection } from './connection.ts'
import type { AllowedFolders } from './folders.ts'
import type { KometaWatch } from './kometa-state.ts'
import type { ConfigOrigin } from './load-config.ts'
import type { ReachOf } from './studio-reach.ts'

/** The one config that is connected, for all windows. */
export interface Connections extends AsyncDisposable {
  current(): LiveConnection | null
  /** The current one. Throws NOT_CONNECTED. */
  required(): LiveConnection
  lastPath(): string | null
  connect(request: ConnectRequest): Promise<LiveConnection>
  /** A config of the operator's own choice: no allowed folder is asked for. */
  connectPath(path: string): Promise<LiveConnection>
  /** Looks at the config's file and its servers as they are now. The id stays: it is the same config. */
  refresh(): Promise<LiveConnection | null>
  disconnect(): Promise<void>
  /** Kometa has been found: what could not be looked up without it is looked up now. */
  kometaFound(): Promise<void>
}

export interface ConnectionsDeps {
  trust: Trust
  reachOf: ReachOf
  dataDir: string
  env: NodeJS.ProcessEnv
  folders: AllowedFolders
  kometa: KometaWatch
  /** Keep the path for the next start; that of a demo is gone by then. */
  remember: boolean
  onChange(connection: LiveConnection | null): void
}

/** How long a connect waits for Kometa to be found; its own overlays cannot be looked up before. */
const kometaWaitMs = 3_000

export async function createConnections(deps: ConnectionsDeps): Promise<Connections> {
  const studioDir = join(deps.dataDir, 'studio')
  const privateDir = join(studioDir, 'configs')
  // What a dead studio left.
  await rm(privateDir, { recursive: true, force: true })
  const remembered = await openJsonFile(
    join(studioDir, 'last-config.json'),
    z.object({ path: z.string().nullable() }),
    { path: null },
  )
  let current: LiveConnection | null = null
  /** The connection that was opened before Kometa was found. */
  let withoutKometa: LiveConnection | null = null
  let turn: Promise<unknown> = Promise.resolve()
  const ending = new AbortController()

  const replace = async (next: LiveConnection | null): Promise<void> => {
    const before = current
    current = next
    deps.onChange(next)
    await before?.[Symbol.asyncDispose]()
  }
  const look = async (origin: ConfigOrigin, id?: string): Promise<LiveConnection> => {
    const renderer = await deps.kometa.within(kometaWaitMs)
    const kometaDir = renderer?.dir ?? null
    const connection = await openConnection(origin, {
      env: deps.env,
      trust: deps.trust,
      reachOf: deps.reachOf,
      privateDir,
      kometaDir,
      readYaml: renderer?.readYaml,
      // Not found yet: it is Kometa that draws, or the demo's stand-in, which is always there.
      needsTmdb: renderer?.kind !== 'sample',
      clientIdentifier: await clientIdentifier(deps.dataDir),
      signal: ending.signal,
      ...(id === undefined ? {} : { id }),
    })
    if (kometaDir === null) withoutKometa = connection
    return connection
  }
  const open = async (origin: ConfigOrigin, id?: string): Promise<LiveConnection> => {
    const connection = await look(origin, id)
    await replace(connection)
    if (origin.kind === 'path' && deps.remember) await remembered.set({ path: origin.path })
    return connection
  }
  /** One connect after the other: the last one that was asked for stays. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work)
    turn = next.catch(() => undefined)
    return next
  }
  /** Looked at out of turn: a Plex that does not answer keeps nobody from connecting another config. */
  const lookAgain = async (): Promise<LiveConnection | null> => {
    const before = current
    if (before === null) return null
    const text = await currentText(before.origin)
    const next = typeof text === 'string' ? await look({ ...before.origin, text }, before.id) : unreadable(before, text)
    return inTurn(async () => {
      if (current !== before || saysTheSame(before, next)) {
        if (typeof text === 'string') await next[Symbol.asyncDispose]()
        return current
      }
      if (typeof text === 'string') await replace(next)
      else {
        current = next
        deps.onChange(next)
      }
      return next
    })
  }
  let looking: Promise<LiveConnection | null> | null = null
  /** Of those who asked while somebody was looking: what they ask for may be newer than what is being looked at. */
  let lookingNext: Promise<LiveConnection | null> | null = null
  const startLooking = () => {
    looking = lookAgain().finally(() => {
      looking = null
    })
    return looking
  }
  const openPath = (path: string) => inTurn(async () => open({ kind: 'path', path, text: await readConfigText(path) }))

  return {
    current: () => current,
    required() {
      if (current) return current
      throw new RequestProblem(409, 'NOT_CONNECTED', 'No config is connected.', { hint: 'Connect your config first.' })
    },
    lastPath: () => remembered.get().path,
    async connect(request) {
      if (request.kind === 'path') return openPath(await deps.folders.config(request.path))
      return inTurn(() => open({ kind: 'text', name: fileName(request.name), text: request.text }))
    },
    connectPath: openPath,
    refresh() {
      if (looking === null) return startLooking()
      lookingNext ??= looking
        .catch(() => null)
        .then(() => {
          lookingNext = null
          return startLooking()
        })
      return lookingNext
    },
    disconnect: () => inTurn(() => replace(null)),
    kometaFound: () =>
      inTurn(async () => {
        if (current === null || current !== withoutKometa || deps.kometa.state().folder === null) return
        withoutKometa = null
        // The same config: a job that is being chosen for it can still be started.
        await open(current.origin, current.id)
      }),
    async [Symbol.asyncDispose]() {
      ending.abort(new DOMException('the studio ends', 'AbortError'))
      await turn
      await current?.[Symbol.asyncDispose]()
      await rm(privateDir, { recursive: true, force: true })
    },
  }
}

/** The text of the config as it is now, or why it cannot be read. */
async function currentText(origin: ConfigOrigin): Promise<string | RequestProblem> {
  if (origin.kind === 'text') return origin.text
  try {
    return await readConfigText(origin.path)
  } catch (error) {
    if (error instanceof RequestProblem) return error
    throw error
  }
}

/** The same connection, whose file cannot be read any more: nothing is started with it. */
function unreadable(connection: LiveConnection, { message }: RequestProblem): LiveConnection {
  const nowhere = { line: null, column: null, endLine: null, endColumn: null, path: null }
  const words = `${connection.reply.source.name} cannot be read any more: ${message} Put it back, or connect another config.`
  const problem = { severity: 'error' as const, message: words, ...nowhere }
  return { ...connection, reply: { ...connection.reply, problems: [problem], usable: false } }
}

const saysTheSame = ({ reply: before }: LiveConnection, { reply: next }: LiveConnection): boolean =>
  isDeepStrictEqual({ ...before, connectedAt: null }, { ...next, connectedAt: null })

/** A name to show, never a path. */
const fileName = (name: string | undefined): string =>
  (name ?? '')
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 100) || 'config.yml'

export async function readConfigText(path: string): Promise<string> {
  const bytes = await readPlainFile(path, maxYamlBytes).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof TooLarge) throw new RequestProblem(422, 'TOO_LARGE', 'The file is larger than 4 MiB.')
    const isMissing = error instanceof NotPlain || error.code === 'ENOENT' || error.code === 'ENOTDIR'
    if (isMissing) throw new RequestProblem(404, 'NOT_FOUND', 'There is no such file.')
    throw new RequestProblem(422, 'NOT_FOUND', 'The file cannot be read: no permission.')
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new RequestProblem(422, 'BAD_REQUEST', 'The file is not UTF-8 text.')
    throw error
  }
}
