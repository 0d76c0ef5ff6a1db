import { once } from 'node:events'
import { readFile, readlink } from 'node:fs/promises'
import { AppError } from '../contract/errors.ts'
import { type SupervisorOptions, startSupervisor } from './supervisor.ts'
import { parseReport } from './supervisor-messages.ts'

export type IsolateMode = 'auto' | 'on' | 'off'

/** Unix sockets that are hidden at most; a desktop has some hundred. */
const maxHidden = 2_000

export interface Isolation {
  mode: 'namespace' | 'none'
  /** In words, for the summary. */
  why: string
}

export interface IsolationOptions {
  env: NodeJS.ProcessEnv
  /** Kometa's interpreter, which can bring up a loopback device where there is no `ip`; null where it has none. */
  python: string | null
}

const isolated: Isolation = {
  mode: 'namespace',
  why: 'Kometa ran in a network namespace of its own: the proxy and the gate were its only ways out.',
}

/**
 * Whether Kometa can have a network namespace of its own here: found out by making one, once per process. Throws
 * ISOLATION_UNAVAILABLE where it was asked for (`on`) and cannot be had.
 */
export async function chooseIsolation(mode: IsolateMode, options: IsolationOptions): Promise<Isolation> {
  if (mode === 'off') return { mode: 'none', why: 'It was turned off (--isolate off).' }
  const obstacle = await findObstacle(options)
  if (obstacle === null) return isolated
  if (mode === 'auto') return { mode: 'none', why: obstacle }
  throw new AppError('ISOLATION_UNAVAILABLE', `Kometa cannot be isolated here: ${obstacle}`, {
    hint: 'Leave --isolate away: then the proxy still blocks every write, and the gate decides where else Kometa may go.',
  })
}

/** What a supervisor needs for a namespace with these ways out. */
export async function isolationFor(
  doors: NonNullable<SupervisorOptions['isolation']>['doors'],
  python: string | null,
): Promise<NonNullable<SupervisorOptions['isolation']>> {
  return { doors, python, hide: await unixSockets(), nested: process.getuid?.() !== 0 }
}

const probes = new Map<string, Promise<string | null>>()

function findObstacle(options: IsolationOptions): Promise<string | null> {
  const key = `${options.python} ${options.env.PATH}`
  const probe = probes.get(key) ?? tryIt(options)
  probes.set(key, probe)
  return probe
}

/** Starts a command in a namespace, as Kometa would be, and compares namespaces; null when all is well, else why not. */
async function tryIt({ env, python }: IsolationOptions): Promise<string | null> {
  if (process.platform !== 'linux') return 'Network namespaces exist on Linux only.'
  try {
    const own = await readlink('/proc/self/ns/net')
    await using supervisor = startSupervisor({ env, isolation: { ...(await isolationFor([], python)), hide: [] } })
    await supervisor.ready
    const chunks: Buffer[] = []
    supervisor.process.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    const ended = new Promise<string | null>((resolve) => {
      supervisor.process.on('message', (message: unknown) => {
        const report = parseReport(message)
        if (report?.type === 'failed') resolve(report.error)
        if (report?.type === 'exited') resolve(report.code === 0 ? null : `a command in it ended with ${report.code}`)
      })
      supervisor.process.once('exit', () => resolve('its supervisor ended'))
    })
    supervisor.start({
      command: 'readlink',
      args: ['/proc/self/ns/net'],
      cwd: '/',
      env: { PATH: env.PATH ?? '/usr/bin:/bin' },
    })
    const failure = await ended
    await supervisor[Symbol.asyncDispose]()
    if (!supervisor.process.stdout.readableEnded) await once(supervisor.process.stdout, 'close')
    if (failure !== null) return explain(failure)
    const inside = Buffer.concat(chunks).toString('utf8').trim()
    return /^net:\[\d+\]$/.test(inside) && inside !== own ? null : 'a command in it was not in a namespace of its own'
  } catch (error) {
    return explain(error instanceof Error ? error.message : String(error))
  }
}

/** The system's own words, and what usually stands behind them. */
async function explain(failure: string): Promise<string> {
  const words = `This system does not give Kometa a network namespace of its own (${failure.replace(/\s+/g, ' ').slice(0, 200)}).`
  if (failure.includes('ENOENT')) return `${words} It needs the program "unshare" (util-linux).`
  const text = (path: string) =>
    readFile(path, 'utf8').then(
      (value) => value.trim(),
      () => '',
    )
  if ((await text('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')) === '1') {
    return `${words} AppArmor restricts user namespaces here (kernel.apparmor_restrict_unprivileged_userns = 1).`
  }
  if ((await text('/proc/sys/kernel/unprivileged_userns_clone')) === '0') {
    return `${words} User namespaces are turned off for ordinary users (kernel.unprivileged_userns_clone = 0).`
  }
  if ((await text('/proc/sys/user/max_user_namespaces')) === '0') {
    return `${words} User namespaces are turned off (user.max_user_namespaces = 0).`
  }
  return `${words} In a container, the container's own settings usually forbid it.`
}

/** Sockets with a path that somebody listens on here: a way round a network namespace (docker.sock, a bus, an agent). */
async function unixSockets(): Promise<string[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n').slice(1)
  const paths = lines.flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? [])
  return [...new Set(paths)].slice(0, maxHidden)
}
