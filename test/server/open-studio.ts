import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import type { RouteBody, RouteName, RouteParams, RouteQuery, RouteReply } from '../../src/contract/api/api.ts'
import { apiPaths, apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { type Studio, startStudio } from '../../src/server/studio.ts'
import type { StudioOptions } from '../../src/server/studio-options.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { type SamplePlex, startSamplePlex } from '../support/watched-plex.ts'

export interface Reply<T> {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: T
  text: string
}

export interface CallOptions<Name extends RouteName> {
  params?: RouteParams<Name>
  query?: RouteQuery<Name>
  body?: RouteBody<Name>
  headers?: Record<string, string>
}

export interface TestStudio extends AsyncDisposable {
  studio: Studio
  plex: SamplePlex
  /** A folder of this test: our data is in `data`, the user's config in `config`. */
  dir: string
  dataDir: string
  configPath: string
  failures: unknown[]
  call<Name extends RouteName>(name: Name, options?: CallOptions<Name>): Promise<Reply<RouteReply<Name>>>
  /** The reply's body; an error fails the test. */
  get<Name extends RouteName>(name: Name, options?: CallOptions<Name>): Promise<RouteReply<Name>>
  raw(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<Reply<unknown>>
  bytes(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Reply<unknown>['headers']; body: Buffer }>
  /** Connects the config and waits for the index. */
  connect(): Promise<RouteReply<'connect'>>
}

export const plexToken = 'SampleTokenOfTheUser1'

export interface TestStudioOptions extends Partial<StudioOptions> {
  libraries?: readonly SampleLibrary[]
  config?: (plex: SamplePlex) => string
  /** The folders of an earlier studio, for a restart. */
  dir?: string
  plex?: SamplePlex
}

export const defaultConfig = (plex: SamplePlex): string => `plex:
  url: ${plex.url}
  token: ${plex.token}
tmdb:
  apikey: 0123456789abcdef0123456789abcdef
libraries:
  Movies:
    overlay_files:
      - default: resolution
  Shows:
    overlay_files:
      - default: resolution
      - default: resolution
        template_variables: {builder_level: season}
      - default: resolution
        template_variables: {builder_level: episode}
`

/** A studio with a sample Plex and the sample renderer, over real sockets. */
export async function openStudio(options: TestStudioOptions = {}): Promise<TestStudio> {
  const plex =
    options.plex ?? (await startSamplePlex({ libraries: options.libraries ?? smallLibraries(), token: plexToken }))
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'kometa-preview-studio-')))
  const configDir = join(dir, 'config')
  await mkdir(configDir, { recursive: true })
  const configPath = join(configDir, 'config.yml')
  if (options.dir === undefined) await writeFile(configPath, (options.config ?? defaultConfig)(plex))
  const dataDir = join(dir, 'data')
  const failures: unknown[] = []
  const studio = await startStudio({
    port: 0,
    dataDir,
    allowedFolders: [configDir],
    makeRenderer: async () => sampleRenderer(),
    env: { PATH: process.env.PATH, HOME: dir },
    version: '0.0.0-test',
    checkReplies: true,
    webDir: join(dir, 'no-web'),
    onFailure: (error) => failures.push(error),
    ...options,
  })
  const base = `http://127.0.0.1:${studio.port}`

  async function send(method: string, path: string, headers: Record<string, string>, body?: string | Buffer) {
    const answer = await request(base + path, {
      method: method as 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
  }
  const raw: TestStudio['raw'] = async (method, path, { headers = {}, body } = {}) => {
    const answer = await send(method, path, headers, body)
    const text = answer.body.toString('utf8')
    const isJson = String(answer.headers['content-type'] ?? '').includes('json')
    return { ...answer, text, body: isJson ? JSON.parse(text) : undefined }
  }
  const call: TestStudio['call'] = async (name, { params, query, body, headers = {} } = {}) => {
    const path = apiUrl(name, (params ?? {}) as Record<string, string>, (query ?? {}) as Record<string, string>)
    const json = body === undefined ? undefined : JSON.stringify(body)
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await raw(apiPaths[name][0], path, {
      headers: { ...type, ...headers },
      ...(json === undefined ? {} : { body: json }),
    })
    return answer as Reply<RouteReply<typeof name>>
  }
  const get: TestStudio['get'] = async (name, callOptions) => {
    const answer = await call(name, callOptions)
    if (answer.status >= 400) throw new Error(`${name}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  return {
    studio,
    plex,
    dir,
    dataDir,
    configPath,
    failures,
    call,
    get,
    raw,
    bytes: (path, headers = {}) => send('GET', path, headers),
    async connect() {
      const connection = await get('connect', { body: { kind: 'path', path: configPath } })
      await indexed(get)
      return connection
    },
    async [Symbol.asyncDispose]() {
      await studio[Symbol.asyncDispose]()
      if (!options.plex) await plex[Symbol.asyncDispose]()
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Waits for the event that says that every library has been read. */
async function indexed(get: TestStudio['get']): Promise<void> {
  for (;;) {
    const { state } = await get('getIndex')
    if (state === 'ready' || state === 'partial' || state === 'failed') return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
