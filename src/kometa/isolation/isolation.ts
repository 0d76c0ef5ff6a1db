import { readFile } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import type { Door } from '../../util/net/door.ts'
import { hasSupervisor, type Supervisor, type SupervisorOptions, startSupervisor } from '../process/supervisor.ts'
import type { GuardedFiles, UnguardedFiles } from '../process/supervisor-messages.ts'

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

/** How Kometa will be isolated. Disposing ends the supervisor that it was tried with, unless somebody took it. */
export interface ChosenIsolation extends Isolation, AsyncDisposable {
  /** That supervisor, which is ready by now; null when there is none, or it is taken. Whoever takes it disposes it. */
  take(): Supervisor | null
}

const isolated: Isolation = {
  mode: 'namespace',
  why: 'Kometa ran in a network namespace of its own: the proxy and the gate were its only ways out.',
}

/**
 * Whether Kometa can have a network namespace of its own here: found out by making one, which the first Kometa can have.
 * Throws ISOLATION_UNAVAILABLE where it was asked for (`on`) and cannot be had.
 */
export async function chooseIsolation(mode: IsolateMode, options: IsolationOptions): Promise<ChosenIsolation> {
  if (mode === 'off') {
    const supervisor = hasSupervisor ? startSupervisor({ env: options.env }) : null
    return chosen({ mode: 'none', why: 'It was turned off (--isolate off).' }, supervisor)
  }
  const supervisor = await startIsolated(options)
  if (typeof supervisor !== 'string') return chosen(isolated, supervisor)
  if (mode === 'auto') return chosen({ mode: 'none', why: supervisor })
  throw new AppError('ISOLATION_UNAVAILABLE', `Kometa cannot be isolated here: ${supervisor}`, {
    hint: 'Leave --isolate away: then the proxy still blocks every write, and the gate decides where else Kometa may go.',
  })
}

/** A choice, with or without a supervisor. */
export function chosen(isolation: Isolation, supervisor: Supervisor | null = null): ChosenIsolation {
  let free = supervisor
  const take = () => {
    const taken = free
    free = null
    return taken
  }
  return { ...isolation, take, [Symbol.asyncDispose]: async () => take()?.[Symbol.asyncDispose]() }
}

/** What a supervisor needs to make a namespace. */
export const namespaceOptions = (python: string | null): NonNullable<SupervisorOptions['isolation']> => ({
  python,
  nested: process.getuid?.() !== 0,
})

/** What is kept from Kometa of the user's files. */
export type UserFiles = Omit<GuardedFiles, 'hide'> & { hide: GuardedFiles['hide']['files'] }

/** Lets a supervisor's namespace have these ways out and no others, and guards these files and all Unix sockets in it. */
export async function openDoors(
  supervisor: Supervisor,
  doors: readonly Door[],
  files: UserFiles,
): Promise<UnguardedFiles> {
  const hide = { files: files.hide, sockets: await unixSockets() }
  return await supervisor.open({ doors, files: { ...files, hide } })
}

/** By interpreter and PATH: why there is no namespace to be had. That there is one is tried each time. */
const obstacles = new Map<string, string>()

/** A supervisor in a namespace of its own, in which a command has been tried; or why there is none. */
async function startIsolated({ env, python }: IsolationOptions): Promise<Supervisor | string> {
  if (process.platform !== 'linux') return 'Network namespaces exist on Linux only.'
  const key = `${python} ${env.PATH}`
  const known = obstacles.get(key)
  if (known !== undefined) return known
  const supervisor = startSupervisor({ env, isolation: namespaceOptions(python) })
  try {
    await supervisor.ready
    return supervisor
  } catch (error) {
    await supervisor[Symbol.asyncDispose]()
    const obstacle = await explain(error instanceof Error ? error.message : String(error))
    obstacles.set(key, obstacle)
    return obstacle
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
