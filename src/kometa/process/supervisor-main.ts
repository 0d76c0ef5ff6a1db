import { type ChildProcess, spawn } from 'node:child_process'
import { messageOf } from '../../util/unknown-error.ts'
import { parseOrder, type StartOrder, type SupervisorReport } from './supervisor-messages.ts'
import { watchTool } from './watch-tool.ts'

/**
 * The program between the tool and Kometa. It leads Kometa's process group and ends the whole group when the tool
 * dies, even by kill -9. Kometa's output does not pass through it. It reports how Kometa ended, and then waits until
 * the tool ends it. Its one argument is the tool's process id.
 */

/** Milliseconds between SIGTERM and SIGKILL when the tool is gone. */
const graceMs = 2_000

let child: ChildProcess | null = null
let toolIsGone = false
/** Starts the process; replaced by a start inside a namespace if the tool asks for one. */
let launch = (order: StartOrder): Promise<ChildProcess> | ChildProcess =>
  spawn(order.command, order.args, { cwd: order.cwd, env: order.env, stdio: ['ignore', 'inherit', 'inherit'] })
/** Orders are carried out one after the other. */
let previous: Promise<unknown> = Promise.resolve()

// Kometa receives these signals itself. The supervisor has to survive them, because it reports Kometa's end.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
  const listener = () => {
    if (child) return
    // Nothing was started yet, so this process may end.
    process.removeListener(name, listener)
    process.kill(process.pid, name)
  }
  process.on(name, listener)
}
watchTool(Number(process.argv[2]), endGroup)
process.on('message', (message) => {
  const order = parseOrder(message)
  if (!order) return
  previous = previous.then(async () => {
    if (toolIsGone) return
    if (order.type === 'start') return start(order)
    const { enterNamespace, openDoors } = await import('../isolation/isolation-inside.ts')
    if (order.type === 'open') return openDoors(order, report)
    launch = await enterNamespace(order, report)
  })
  previous = previous.catch((error: unknown) => report({ type: 'failed', error: messageOf(error) }))
})

async function start(order: StartOrder): Promise<void> {
  const started = await launch(order)
  child = started
  started.once('error', (error) => report({ type: 'failed', error: error.message }))
  started.once('exit', (code, signal) => {
    if (toolIsGone) signalGroup('SIGKILL')
    else report({ type: 'exited', code, signal })
  })
  if (started.pid !== undefined) report({ type: 'started', pid: started.pid })
}

function endGroup(): void {
  if (toolIsGone) return
  toolIsGone = true
  if (!child || child.exitCode !== null || child.signalCode !== null) signalGroup('SIGKILL')
  signalGroup('SIGTERM')
  setTimeout(() => signalGroup('SIGKILL'), graceMs)
}

/** This process leads the group, because the tool starts it detached. SIGKILL ends it too. */
function signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-process.pid, signal)
  } catch {
    // This process does not lead a group (it was started by hand), so there is only the child and this process.
    child?.kill(signal)
    if (signal === 'SIGKILL') process.exit(1)
  }
}

function report(message: SupervisorReport, door?: import('node:net').Server): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve()
    // A broken channel is reported by 'disconnect'.
    else process.send(message, door, {}, () => resolve())
  })
}
