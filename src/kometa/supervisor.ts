import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Server } from 'node:net'
import type { Readable } from 'node:stream'
import type { Door } from '../util/door.ts'
import { programCommand } from '../util/program-file.ts'
import { signalTree } from './process-tree.ts'
import { parseReport, type StartOrder, type SupervisorOrder } from './supervisor-messages.ts'

/** How long a supervisor may take to make its namespace ready. */
const isolateTimeoutMs = 15_000

export interface SupervisorOptions {
  /** What the supervisor's own environment is taken from; Kometa's comes with its start. */
  env: NodeJS.ProcessEnv
  /** In a namespace of its own, with nothing but these doors out: what listens there is served here. */
  isolation?: { doors: readonly Door[]; hide: readonly string[]; python: string | null; nested: boolean }
}

type SupervisorProcess = ChildProcessByStdio<null, Readable, Readable>

/** One supervisor and, once it was told to, the process that it answers for; disposing ends both, with all of their group. */
export interface Supervisor extends AsyncDisposable {
  readonly process: SupervisorProcess
  /** Resolves when the namespace stands, with the sockets that could not be hidden. */
  readonly ready: Promise<readonly string[]>
  start(order: Omit<StartOrder, 'type'>): void
}

/** Windows has no groups: there Kometa is started directly, and what outlives a dead tool is ended by the next start. */
export const hasSupervisor = process.platform !== 'win32'

/**
 * Starts the program that stands between this tool and Kometa: it leads a process group, and ends the whole group when
 * this process dies, however it dies. It can be started early: starting it takes longer than starting Kometa.
 */
export function startSupervisor({ env, isolation }: SupervisorOptions): Supervisor {
  const { command, args } = programCommand('kometa/supervisor-main')
  const [program = command, ...before] = isolation ? enterCommand(isolation.nested) : []
  const child = spawn(program, isolation ? [...before, command, ...args] : args, {
    env: ownEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  }) as SupervisorProcess
  const served: Disposable[] = []
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const send = (order: SupervisorOrder) => {
    // Who is told and is gone already is noticed by its exit.
    if (child.connected) child.send(order, () => undefined)
  }
  const ready = isolation ? whenIsolated(child, isolation.doors, served) : Promise.resolve([])
  // Nobody may be waiting yet, or any more.
  ready.catch(() => undefined)
  if (isolation) {
    const { doors, hide, python, nested } = isolation
    send({ type: 'isolate', ports: doors.map(({ port }) => port), hide: [...hide], python, nested })
  }
  return {
    process: child,
    ready,
    start: (order) => send({ type: 'start', ...order }),
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        signalTree(child.pid, 'SIGKILL')
        await gone
      }
      for (const one of served) one[Symbol.dispose]()
    },
  }
}

function whenIsolated(
  child: SupervisorProcess,
  doors: readonly Door[],
  served: Disposable[],
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(why))
    const timer = setTimeout(
      () => fail(`the namespace was not ready after ${isolateTimeoutMs / 1000} s`),
      isolateTimeoutMs,
    )
    const words: string[] = []
    const listen = (chunk: Buffer) => words.push(chunk.toString('utf8').slice(0, 500))
    child.stderr.on('data', listen)
    child.on('message', (message: unknown, handle: unknown) => {
      const report = parseReport(message)
      if (report?.type === 'door') {
        const door = doors.find(({ port }) => port === report.port)
        if (door && handle instanceof Server) served.push(door.serve(handle))
        else fail(`the listening socket of port ${report.port} did not arrive`)
      } else if (report?.type === 'failed') fail(report.error)
      else if (report?.type === 'isolated') {
        clearTimeout(timer)
        child.stderr.removeListener('data', listen)
        resolve(report.notHidden)
      }
    })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      fail(words.join('').trim().split('\n')[0] || `it ended at once (${signal ?? `code ${code}`})`)
    })
  })
}

/** `slave`: file systems that are mounted outside while Kometa runs are seen inside too, and nothing of ours outside. */
function enterCommand(nested: boolean): string[] {
  const user = nested ? ['--user', '--map-root-user'] : []
  return ['unshare', ...user, '--net', '--mount', '--propagation', 'slave', '--']
}

/** What Node itself may need to start, and PATH for `ip` and its like. */
function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
