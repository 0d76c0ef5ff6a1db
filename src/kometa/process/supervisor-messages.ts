/** What the tool tells a supervisor, over the channel that is its lifeline too. */
export type SupervisorOrder = IsolateOrder | OpenOrder | StartOrder

/** Makes the network namespace ready, and tries it: nothing leads out of it yet. */
export interface IsolateOrder {
  type: 'isolate'
  /** An interpreter that can bring the loopback device up where there is no `ip`. */
  python: string | null
  /** True when the namespace belongs to a user namespace in which we are root, false when we are really root. */
  nested: boolean
}

/** Opens the ways out of the namespace, shortly before Kometa is started in it. */
export interface OpenOrder {
  type: 'open'
  /** Ports of 127.0.0.1 that are listened on inside, and served by the tool outside. */
  ports: number[]
  files: GuardedFiles
}

/** What of this machine's files is kept from Kometa in its namespace. */
export interface GuardedFiles {
  /** Files and Unix sockets that are hidden: a network namespace does not keep anybody from the latter. */
  hide: { files: readonly string[]; sockets: readonly string[] }
  /** Folders that can be read and not written, with all that is mounted in them. */
  readOnly: readonly string[]
  /** Ours, which stays writable wherever it lies. */
  writable: string
}

/** What could not be done, by path. */
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

/** What a supervisor answers. */
export type SupervisorReport =
  /** Which namespace a command was in that was started as Kometa will be: `net:[4026532008]`. */
  | { type: 'isolated'; namespace: string }
  /** Comes with the listening socket. */
  | { type: 'door'; port: number }
  | ({ type: 'opened' } & UnguardedFiles)
  | { type: 'started'; pid: number }
  /** Nothing was started. */
  | { type: 'failed'; error: string }
  /** The process that was started is gone; what it left behind in the group may not be. */
  | { type: 'exited'; code: number | null; signal: NodeJS.Signals | null }

/** Messages come from our own other half: only their kind is looked at. */
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
