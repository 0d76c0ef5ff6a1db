import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { readlink } from 'node:fs/promises'
import { Server } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Door } from '../../util/net/door.ts'
import { programCommand } from '../../util/program-file.ts'
import { createIdleTimer } from '../../util/time/idle-timer.ts'
import { signalTree } from './process-tree.ts'
import {
  type GuardedFiles,
  type IsolateOrder,
  parseReport,
  type StartOrder,
  type SupervisorOrder,
  type SupervisorReport,
  type UnguardedFiles,
} from './supervisor-messages.ts'

/** How long a supervisor may take to prepare its namespace, and how long to open it. */
const isolateTimeoutMs = 15_000

export interface SupervisorOptions {
  /** The source of the supervisor's own environment; Kometa's environment comes with `start`. */
  env: NodeJS.ProcessEnv
  /** Starts the supervisor in its own namespace, which has no way out before `open`. */
  isolation?: Omit<IsolateOrder, 'type'>
}

type SupervisorProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** A supervisor and the process that it will start. Disposing ends both and their whole group. */
export interface Supervisor extends AsyncDisposable {
  readonly process: SupervisorProcess
  /** Resolves when the namespace exists and a trial command ran in it; at once without isolation. */
  readonly ready: Promise<void>
  /**
   * Opens these doors and no other way out; their sockets are served by this process. Returns the files that could not
   * be guarded.
   */
  open(ways: { doors: readonly Door[]; files: GuardedFiles }): Promise<UnguardedFiles>
  start(order: Omit<StartOrder, 'type'>): void
}

/** Windows has no process groups: Kometa is started directly, and the next start ends what outlived a dead tool. */
export const hasSupervisor = process.platform !== 'win32'

/**
 * Starts the program between this tool and Kometa. It leads a process group and ends the whole group when this process
 * dies, however it dies. Start it early, because it starts more slowly than Kometa.
 */
export function startSupervisor({ env, isolation }: SupervisorOptions): Supervisor {
  const { command, args: programArgs } = programCommand('kometa/process/supervisor-main')
  const args = [...programArgs, String(process.pid)]
  const [program = command, ...before] = isolation ? enterCommand(isolation.nested) : []
  const child = spawn(program, isolation ? [...before, command, ...args] : args, {
    env: ownEnvironment(env),
    // Nothing is ever written to stdin; the open pipe shows that this process lives.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    detached: true,
  }) as SupervisorProcess
  // The pipe breaks when the supervisor ends, which its exit reports anyway.
  child.stdin.on('error', () => undefined)
  const served: Disposable[] = []
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const send = (order: SupervisorOrder) => {
    // If the supervisor is gone, its exit reports it.
    if (child.connected) child.send(order, () => undefined)
  }
  const ready = isolation ? whenReported(child, 'isolated').then(assertOther) : Promise.resolve()
  // `ready` may reject before or after anybody waits for it.
  ready.catch(() => undefined)
  if (isolation) send({ type: 'isolate', ...isolation })
  return {
    process: child,
    ready,
    open({ doors, files }) {
      const opened = whenReported(child, 'opened', (report, handle) => {
        const door = doors.find(({ port }) => port === report.port)
        if (!door || !(handle instanceof Server)) {
          throw new Error(`the listening socket of port ${report.port} did not arrive`)
        }
        served.push(door.serve(handle))
      })
      send({ type: 'open', ports: doors.map(({ port }) => port), files })
      return opened
    },
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

type Report<Type extends SupervisorReport['type']> = Extract<SupervisorReport, { type: Type }>

/** Waits for a report; rejects with a message when it cannot come any more. */
function whenReported<Type extends SupervisorReport['type']>(
  child: SupervisorProcess,
  type: Type,
  onDoor?: (report: Report<'door'>, handle: unknown) => void,
): Promise<Report<Type>> {
  const words: string[] = []
  const listen = (chunk: Buffer) => words.push(chunk.toString('utf8').slice(0, 500))
  const listeners = new AbortController()
  const reported = new Promise<Report<Type>>((resolve, reject) => {
    const timer = createIdleTimer(isolateTimeoutMs, () =>
      reject(new Error(`the namespace was not ready after ${isolateTimeoutMs / 1000} s`)),
    )
    const onMessage = (message: unknown, handle: unknown) => {
      const report = parseReport(message)
      if (report?.type === type) resolve(report as Report<Type>)
      else if (report?.type === 'failed') reject(new Error(report.error))
      else if (report?.type === 'door') {
        try {
          onDoor?.(report, handle)
        } catch (error) {
          reject(error)
        }
      }
    }
    const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
      reject(new Error(words.join('').trim().split('\n')[0] || `it ended at once (${signal ?? `code ${code}`})`))
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode)
    child.stderr.on('data', listen)
    child.on('message', onMessage)
    child.once('error', reject)
    child.once('exit', onExit)
    listeners.signal.addEventListener('abort', () => {
      timer.stop()
      child.stderr.removeListener('data', listen)
      child.removeListener('message', onMessage)
      child.removeListener('error', reject)
      child.removeListener('exit', onExit)
    })
  })
  return reported.finally(() => listeners.abort())
}

async function assertOther({ namespace }: Report<'isolated'>): Promise<void> {
  const own = await readlink('/proc/self/ns/net')
  if (/^net:\[\d+\]$/.test(namespace) && namespace !== own) return
  throw new Error('a command in it did not get a namespace of its own')
}

/** `slave`: file systems that are mounted outside later become visible inside, but ours stay invisible outside. */
function enterCommand(nested: boolean): string[] {
  const user = nested ? ['--user', '--map-root-user'] : []
  return ['unshare', ...user, '--net', '--mount', '--propagation', 'slave', '--']
}

/** The variables that Node itself may need, and PATH for `ip` and similar programs. */
function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
