import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import type { BenchServerOptions } from '../../../bench/sample-server.ts'
import type { RouteBody, RouteName, RouteParams, RouteReply } from '../../../src/contract/api/api.ts'
import { apiPaths, apiUrl } from '../../../src/contract/api/api-paths.ts'
import type { StudioCost, StudioHolds, StudioProcessOptions } from './studio-process.ts'

interface Program<Hello> extends AsyncDisposable {
  hello: Hello
  ask(question: string): Promise<unknown>
}

/** A test program in its own process; resolves with the first message that it sends. */
async function startProgram<Hello>(
  path: string,
  options: object,
  nodeFlags: readonly string[] = [],
): Promise<Program<Hello>> {
  const program = fileURLToPath(new URL(path, import.meta.url))
  const child: ChildProcess = spawn(
    process.execPath,
    ['--expose-gc', ...nodeFlags, '--import', 'tsx', program, JSON.stringify(options)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const exited = once(child, 'exit')
  const gone = exited.then(([code]) => Promise.reject(new Error(`${path} ended with ${code}`)))
  gone.catch(() => undefined)
  const said = () => Promise.race([once(child, 'message').then(([message]) => message), gone])
  return {
    hello: (await said()) as Hello,
    ask(question) {
      child.send(question)
      return said()
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** A sample Plex in its own process, with a library of this many films. */
export const startLargePlex = (films: number) =>
  startProgram<{ url: string; token: string }>('../../../bench/sample-server.ts', {
    films,
    libraries: 1,
    labelled: 0.2,
    delayMs: 2,
    perItemDelayMs: 0,
  } satisfies BenchServerOptions)

export interface StudioProgram extends AsyncDisposable {
  url: string
  dir: string
  get<Name extends RouteName>(
    name: Name,
    given?: { params?: RouteParams<Name>; body?: RouteBody<Name> },
  ): Promise<RouteReply<Name>>
  /** Processor time that the studio has used so far, in milliseconds. */
  cpuMs(): Promise<number>
  holds(): Promise<StudioHolds>
}

/** A studio in its own process, connected, with its libraries read. */
export async function startStudioProgram(
  config: string,
  options: Pick<StudioProcessOptions, 'webDir' | 'linesPerSecond'>,
  nodeFlags: readonly string[] = [],
): Promise<StudioProgram> {
  const dir = await mkdtemp(join(tmpdir(), 'kometa-preview-speed-'))
  const configPath = join(dir, 'config.yml')
  await writeFile(configPath, config)
  const program = await startProgram<{ url: string }>(
    './studio-process.ts',
    {
      ...options,
      dataDir: join(dir, 'data'),
      configPath,
    } satisfies StudioProcessOptions,
    nodeFlags,
  )
  const { url } = program.hello
  const get: StudioProgram['get'] = async (name, { params, body } = {}) => {
    const answer = await request(url + apiUrl(name, (params ?? {}) as Record<string, string>), {
      method: apiPaths[name][0],
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (answer.statusCode >= 400) throw new Error(`${name}: ${answer.statusCode} ${await answer.body.text()}`)
    return (await answer.body.json()) as RouteReply<typeof name>
  }
  await untilIndexed(url, get)
  return {
    url,
    dir,
    get,
    holds: async () => (await program.ask('holds')) as StudioHolds,
    cpuMs: async () => ((await program.ask('cost')) as StudioCost).cpuMs,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Waits until the studio says that its libraries are read. */
async function untilIndexed(url: string, get: StudioProgram['get']): Promise<void> {
  const events = await request(url + apiUrl('events'), { headersTimeout: 60_000, bodyTimeout: 60_000 })
  try {
    for await (const _ of events.body) if ((await get('getIndex')).state === 'ready') return
    throw new Error('the studio closed its events before the libraries were read')
  } finally {
    events.body.on('error', () => undefined).destroy()
  }
}
