import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { createIdleTimer } from '../../util/time/idle-timer.ts'
import { signalTree } from './process-tree.ts'
import { hasSupervisor, type Supervisor, startSupervisor } from './supervisor.ts'
import { parseReport, type SupervisorReport } from './supervisor-messages.ts'

export interface ChildLimits {
  /** Milliseconds without output after which the process counts as hung. */
  idleTimeoutMs: number
  /** Milliseconds between SIGTERM and SIGKILL. */
  graceMs: number
  /** How many milliseconds to wait for a killed process, or for one that left a pipe open. */
  drainMs: number
}

/** The last two together stay below the five seconds in which a cancelled Kometa must end. */
export const defaultChildLimits: ChildLimits = { idleTimeoutMs: 10 * 60_000, graceMs: 2_500, drainMs: 1_500 }

export type EndCause = 'exited' | 'cancelled' | 'hung' | 'spawn_failed'

export interface ChildExit {
  /** null when a signal ended the process, or when it never started. */
  code: number | null
  signal: NodeJS.Signals | null
  /** The first cause wins. */
  cause: EndCause
  /** The system's message if the process could not be started. */
  error?: string
}

export interface ChildOptions {
  command: string
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
  signal: AbortSignal
  limits: ChildLimits
  /**
   * A supervisor that is already running, perhaps in its own namespace. Without one, a new supervisor is started on
   * systems that have them.
   */
  supervisor?: Supervisor
  /** Receives both outputs before their first byte. A slow reader slows down the child. */
  onOutput(stdout: Readable, stderr: Readable): void
}

export interface Child {
  /** The leader of its process group; undefined when the process could not be started. */
  pid: number | undefined
  /** Resolves when the whole process group is gone and its output is read; never rejects. */
  done: Promise<ChildExit>
  /** Ends the whole group with SIGTERM, then SIGKILL. */
  kill(): void
  /** The process did something that its output does not show, so it is not hung. */
  alive(): void
}

/** Starts a process in its own group, with stdin at EOF, and reports its end. The process does not outlive this one. */
export function startChild(options: ChildOptions): Child {
  const { signal, limits } = options
  if (signal.aborted) return { ...nothing, done: Promise.resolve(ended('cancelled')) }
  const child = spawnGroup(options)
  if (child instanceof Error) return neverStarted(Promise.resolve(child))
  const { pid } = child
  if (pid === undefined) return neverStarted(new Promise((resolve) => child.once('error', resolve)))

  let cause: EndCause | undefined
  let failure: string | undefined
  let exit: Pick<ChildExit, 'code' | 'signal'> | undefined
  const timers: NodeJS.Timeout[] = []
  const after = (ms: number, act: () => void) => timers.push(setTimeout(act, ms))
  const closeOutputs = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  let finish = () => {}
  let alive = () => {}
  const stop = (why: EndCause) => {
    if (exit || cause) return
    cause = why
    signalTree(pid, 'SIGTERM')
    after(limits.graceMs, () => signalTree(pid, 'SIGKILL'))
    // If even SIGKILL does not end the process (a dead network disk), the job must continue.
    after(limits.graceMs + limits.drainMs, () => {
      closeOutputs()
      finish()
    })
  }
  const onAbort = () => stop('cancelled')

  const done = new Promise<ChildExit>((resolve) => {
    const idle = createIdleTimer(limits.idleTimeoutMs, () => stop('hung'))
    finish = () => {
      for (const timer of timers) clearTimeout(timer)
      idle.stop()
      signal.removeEventListener('abort', onAbort)
      resolve({
        ...(exit ?? { code: null, signal: null }),
        cause: cause ?? 'exited',
        ...(failure === undefined ? {} : { error: failure }),
      })
    }
    alive = () => !exit && idle.refresh()
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', alive)
      output.on('error', () => output.destroy())
    }
    const onExit = (code: number | null, endSignal: NodeJS.Signals | null) => {
      if (exit) return
      exit = { code, signal: endSignal }
      idle.stop()
      // Ends what the leader left running; a supervisor has nothing more to do.
      if (process.platform !== 'win32') signalTree(pid, 'SIGKILL')
      after(limits.drainMs, closeOutputs)
    }
    onReport(child, (report) => {
      if (report.type === 'started' && !exit) idle.refresh()
      else if (report.type === 'exited') onExit(report.code, report.signal)
      else if (report.type === 'failed' && !exit) {
        cause ??= 'spawn_failed'
        failure = report.error
        onExit(null, null)
      }
    })
    child.once('exit', onExit)
    child.once('close', finish)
    child.once('error', finish)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  options.onOutput(child.stdout, child.stderr)
  return { pid, done, kill: () => stop('cancelled'), alive: () => alive() }
}

function onReport(child: NodeJS.EventEmitter, listener: (report: SupervisorReport) => void): void {
  child.on('message', (message: unknown) => {
    const report = parseReport(message)
    if (report) listener(report)
  })
}

function spawnGroup({ command, args, cwd, env, supervisor }: ChildOptions) {
  try {
    if (!hasSupervisor) return spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const started = supervisor ?? startSupervisor({ env: process.env })
    const { exitCode, signalCode } = started.process
    if (exitCode !== null || signalCode !== null) return new Error('its supervisor ended too early')
    started.start({ command, args: [...args], cwd, env: { ...env } })
    return started.process
  } catch (error) {
    // Some failures are thrown, such as a too long argument list; others arrive as an event.
    if (error instanceof Error) return error
    throw error
  }
}

function neverStarted(failure: Promise<Error>): Child {
  const done = failure.then(({ message }) => ({ ...ended('spawn_failed'), error: message }))
  return { ...nothing, done }
}

const nothing = { pid: undefined, kill: () => undefined, alive: () => undefined }
const ended = (cause: EndCause): ChildExit => ({ code: null, signal: null, cause })
