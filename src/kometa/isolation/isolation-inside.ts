import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, readFileSync, writeFileSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { isAbsolute } from 'node:path'
import { Readable } from 'node:stream'
import type { IsolateOrder, OpenOrder, StartOrder, SupervisorReport } from '../process/supervisor-messages.ts'
import { guardFiles } from './isolation-files.ts'

/** How long a small system program, such as `ip`, may take. */
const helperTimeoutMs = 10_000
/** SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP | IFF_RUNNING: the loopback device of a new namespace is down. */
const loopbackUp = `
import fcntl, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r = fcntl.ioctl(s, 0x8913, struct.pack('16sh22x', b'lo', 0))
f = struct.unpack('16sh22x', r)[1]
fcntl.ioctl(s, 0x8914, struct.pack('16sh22x', b'lo', f | 0x41))
`
/** Reports on fd 3, waits until the user namespace has its id maps, then becomes the command. */
const waitScript = 'echo up >&3; exec 3>&-; read -r go && exec "$@" </dev/null'

export type Report = (message: SupervisorReport, door?: Server) => Promise<void>
export type Launch = (order: StartOrder) => Promise<ChildProcess>

/**
 * Runs as root of a network and mount namespace that has no way out: brings up the loopback device and tries to start
 * a command in it.
 */
export async function enterNamespace({ python, nested }: IsolateOrder, report: Report): Promise<Launch> {
  await bringLoopbackUp(python)
  await report({ type: 'isolated', namespace: await namespaceOfCommand(nested) })
  return (order) => launchWithoutRights(order, { nested, stdout: 'inherit' })
}

/**
 * Guards the files and listens on the ports where Kometa expects the proxy and the gate. The listening sockets are
 * sent to the tool, which serves them from outside: no byte passes through this process, and there is no relay and no
 * socket file to find.
 */
export async function openDoors({ ports, files }: OpenOrder, report: Report): Promise<void> {
  const unguarded = await guardFiles(files, run)
  for (const port of ports) {
    const door = await listen(port)
    await report({ type: 'door', port }, door)
    // From now on only the tool accepts connections there.
    door.close()
  }
  await report({ type: 'opened', ...unguarded })
}

/** Starts a command exactly as Kometa will be started, and returns the network namespace that it reports. */
async function namespaceOfCommand(nested: boolean): Promise<string> {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' }
  const order = { command: 'readlink', args: ['/proc/self/ns/net'], cwd: '/', env }
  const child = await launchWithoutRights(order, { nested, stdout: 'pipe' })
  const timer = setTimeout(() => child.kill('SIGKILL'), helperTimeoutMs)
  const ended = once(child, 'close')
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code, signal] = await ended
  clearTimeout(timer)
  if (code !== 0) throw new Error(`a command in it ended with ${signal ?? code}`)
  return Buffer.concat(chunks).toString('utf8').trim()
}

async function bringLoopbackUp(python: string | null): Promise<void> {
  const ways: [string, string[]][] = [
    ['ip', ['link', 'set', 'lo', 'up']],
    ...(python === null ? [] : [[python, ['-I', '-S', '-c', loopbackUp]] as [string, string[]]]),
    ['python3', ['-I', '-S', '-c', loopbackUp]],
    ['busybox', ['ip', 'link', 'set', 'lo', 'up']],
    ['ifconfig', ['lo', 'up']],
  ]
  const failures: string[] = []
  for (const [command, args] of ways) {
    try {
      await run(command, args)
      return
    } catch (error) {
      failures.push(error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error))
    }
  }
  throw new Error(`the loopback device of the namespace cannot be brought up: ${failures[0]}`)
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}

/**
 * Starts the command in a user namespace below ours, as the same user as outside. It does not own the network and
 * mount namespaces, so it has no rights over them and cannot look into processes outside, although they run as the
 * same user. Ids mean the same inside as outside, so files keep their owners and permissions.
 */
async function launchWithoutRights(
  { command, args, cwd, env }: Omit<StartOrder, 'type'>,
  { nested, stdout }: { nested: boolean; stdout: 'inherit' | 'pipe' },
): Promise<ChildProcess> {
  // Otherwise `sh` would print its own error message into Kometa's output.
  if (isAbsolute(command)) await access(command, constants.X_OK)
  const child = spawn('unshare', ['--user', '--', 'sh', '-c', waitScript, 'sh', command, ...args], {
    cwd,
    env: { ...env, PATH: env.PATH ?? process.env.PATH },
    stdio: ['pipe', stdout, 'inherit', 'pipe'],
  })
  const { pid } = child
  const go = child.stdin
  const up = child.stdio[3]
  if (!go || !(up instanceof Readable)) throw new Error('a pipe is missing')
  // The command may end before this is written; its exit code reports that.
  go.on('error', () => undefined)
  const isUp = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject)
    up.once('data', () => resolve(true))
    up.once('end', () => resolve(false))
  })
  if (!isUp || pid === undefined) throw new Error('a user namespace cannot be made')
  try {
    for (const kind of ['uid', 'gid']) {
      writeFileSync(`/proc/${pid}/${kind}_map`, innerMap(readFileSync(`/proc/self/${kind}_map`, 'utf8'), nested))
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  go.end('go\n')
  return child
}

/** Each line of a map has the first id inside, the first id outside, and the count. */
function innerMap(own: string, nested: boolean): string {
  const lines = own
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return lines.map(([inside, outside, count]) => `${nested ? outside : inside} ${inside} ${count}\n`).join('')
}

function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: helperTimeoutMs }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message))
      else resolve(stdout)
    })
  })
}
