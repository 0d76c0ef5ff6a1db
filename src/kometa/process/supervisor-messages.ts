/** What the tool sends to a supervisor. The channel is also the supervisor's lifeline. */
export type SupervisorOrder = IsolateOrder | OpenOrder | StartOrder

/** Prepares the network namespace and tries it; it has no way out yet. */
export interface IsolateOrder {
  type: 'isolate'
  /** An interpreter that can bring the loopback device up on a system without `ip`. */
  python: string | null
  /** True when we are root only in a user namespace, false when we are really root. */
  nested: boolean
}

/** Opens the ways out of the namespace, shortly before Kometa is started in it. */
export interface OpenOrder {
  type: 'open'
  /** Ports of 127.0.0.1 that are opened inside and served by the tool outside. */
  ports: number[]
  files: GuardedFiles
}

/** Files of this machine that Kometa's namespace protects. */
export interface GuardedFiles {
  /** Files and Unix sockets that are hidden; a network namespace does not block Unix sockets. */
  hide: { files: readonly string[]; sockets: readonly string[] }
  /** Folders that are made read-only, with everything mounted in them. */
  readOnly: readonly string[]
  /** Our own folder, which stays writable wherever it lies. */
  writable: string
}

/** Paths that could not be protected. */
export interface UnguardedFiles {
  notHidden: { files: string[]; sockets: string[] }
  notReadOnly: string[]
}

export interface StartOrder {
  type: 'start'
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
}

/** What a supervisor replies. */
export type SupervisorReport =
  /** The namespace of a command that was started as Kometa will be: `net:[4026532008]`. */
  | { type: 'isolated'; namespace: string }
  /** Comes together with the listening socket. */
  | { type: 'door'; port: number }
  | ({ type: 'opened' } & UnguardedFiles)
  | { type: 'started'; pid: number }
  /** Nothing was started. */
  | { type: 'failed'; error: string }
  /** The started process is gone; other processes of its group may still run. */
  | { type: 'exited'; code: number | null; signal: NodeJS.Signals | null }

/** Messages come from our own supervisor, so only their type is checked. */
export function parseReport(value: unknown): SupervisorReport | null {
  return hasType(value, ['isolated', 'door', 'opened', 'started', 'failed', 'exited'])
    ? (value as SupervisorReport)
    : null
}

export function parseOrder(value: unknown): SupervisorOrder | null {
  return hasType(value, ['isolate', 'open', 'start']) ? (value as SupervisorOrder) : null
}

function hasType(value: unknown, types: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(String(value.type))
}
