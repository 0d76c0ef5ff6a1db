import { type ChildProcess, spawn } from 'node:child_process'
import { parseOrder, type StartOrder, type SupervisorReport } from './supervisor-messages.ts'
import { watchTool } from './watch-tool.ts'

/**
 * The program between the tool and Kometa. It leads Kometa's process group, and ends all of it when the tool is dead, by
 * kill -9 too. It does not come between Kometa and its outputs; what became of Kometa it reports, and then waits to be ended
 * by the tool. Started with the tool's process id as its one argument.
 */

/** Between SIGTERM and SIGKILL once the tool is gone. */
const graceMs = 2_000

let child: ChildProcess | null = null
let toolIsGone = false
/** How the process is started: inside a namespace of its own when the tool asked for one. */
let launch = (order: StartOrder): Promise<ChildProcess> | ChildProcess =>
  spawn(order.command, order.args, { cwd: order.cwd, env: order.env, stdio: ['ignore', 'inherit', 'inherit'] })
/** Orders are carried out one after the other. */
let previous: Promise<unknown> = Promise.resolve()

// These are for the group as a whole, and Kometa gets them itself: whoever answers for its end must outlive it.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
  const listener = () => {
    if (child) return
    // Nothing was started yet, and nothing is to be.
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

/** The group is ours: the tool starts us detached. SIGKILL ends this process as well. */
function signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-process.pid, signal)
  } catch {
    // Not the leader of a group (started by hand): then the child and this process are all there is.
    child?.kill(signal)
    if (signal === 'SIGKILL') process.exit(1)
  }
}

function report(message: SupervisorReport, door?: import('node:net').Server): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve()
    // A channel that broke is reported by 'disconnect'.
    else process.send(message, door, {}, () => resolve())
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
