import { readFile } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import type { Door } from '../../util/net/door.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { hasSupervisor, type Supervisor, type SupervisorOptions, startSupervisor } from '../process/supervisor.ts'
import type { GuardedFiles, UnguardedFiles } from '../process/supervisor-messages.ts'

export type IsolateMode = 'auto' | 'on' | 'off'

/** The most Unix sockets that are hidden; a desktop has a few hundred. */
const maxHidden = 2_000

export interface Isolation {
  mode: 'namespace' | 'none'
  /** A sentence for the summary. */
  why: string
}

export interface IsolationOptions {
  env: NodeJS.ProcessEnv
  /** Kometa's interpreter, which can bring up a loopback device on a system without `ip`; null if there is none. */
  python: string | null
}

/** How Kometa will be isolated. Disposing ends the supervisor that was used for the trial, unless somebody took it. */
export interface ChosenIsolation extends Isolation, AsyncDisposable {
  /** Returns that supervisor, which is ready; null when there is none or it was taken. The caller disposes it. */
  take(): Supervisor | null
}

/** A hint for those who insisted on isolation. */
export const withoutIsolation =
  'Leave out --isolate: the proxy still blocks every write, and the gate decides where else Kometa may go.'

const isolated: Isolation = {
  mode: 'namespace',
  why: 'Kometa ran in a network namespace of its own: the proxy and the gate were its only ways out.',
}

/**
 * Finds out whether Kometa can have its own network namespace by making one; the first Kometa can use it. Throws
 * ISOLATION_UNAVAILABLE when isolation was requested (`on`) and is not available.
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
    hint: withoutIsolation,
  })
}

/** Wraps a choice, with or without a supervisor. */
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

/** The user's files that Kometa must not reach. */
export type UserFiles = Omit<GuardedFiles, 'hide'> & { hide: GuardedFiles['hide']['files'] }

/**
 * Opens these ways out of a supervisor's namespace and no others, and guards these files and all Unix sockets in it.
 */
export async function openDoors(
  supervisor: Supervisor,
  doors: readonly Door[],
  files: UserFiles,
): Promise<UnguardedFiles> {
  const hide = { files: files.hide, sockets: await unixSockets() }
  return await supervisor.open({ doors, files: { ...files, hide } })
}

/** By interpreter and PATH: why no namespace is available. Success is not remembered, so it is tried each time. */
const obstacles = new Map<string, string>()

/** Returns a supervisor in its own namespace after a trial command ran there, or the reason why there is none. */
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
    const obstacle = await explain(messageOf(error))
    obstacles.set(key, obstacle)
    return obstacle
  }
}

/** The system's own message, and its usual cause. */
async function explain(failure: string): Promise<string> {
  const cause = failure.replace(/\s+/g, ' ').slice(0, 200)
  const words = `This system does not give Kometa a network namespace of its own (${cause}).`
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

/** Unix sockets with a path (docker.sock, a message bus, an agent): they lead around a network namespace. */
async function unixSockets(): Promise<string[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n').slice(1)
  const paths = lines.flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? [])
  return [...new Set(paths)].slice(0, maxHidden)
}
