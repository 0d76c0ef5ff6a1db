import { createHash } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { createObligingReader, type ObligingHead } from './promiscuous-bytes.ts'
import { judgeObligingly } from './promiscuous-judge.ts'

/** One request, with its bytes as received. */
export interface PromiscuousEntry {
  seq: number
  method: string
  target: string
  /** Request line and headers, every byte. */
  rawHead: Buffer
  /** The request's effect on the server; null for a read that only reads. */
  effect: string | null
}

export interface PromiscuousPlexOptions {
  /**
   * A sample Plex without a path prefix, which gets each read byte for byte. Without it a read gets an empty
   * container.
   */
  behind?: { url: string; stateHash(): string }
  /** The answer's body if no server is behind; null for the empty container. */
  answer?: (target: string) => string | Buffer | null
  /** Any other X-Plex-Client-Identifier makes a new device, which is a change. By default each one is known. */
  clientIdentifier?: string
  /** Entries kept; the oldest go first. Effects always count. Default 500,000. */
  maxEntries?: number
  /** Called for each request. */
  onRequest?: (entry: PromiscuousEntry) => void
}

export interface PromiscuousPlex extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly journal: readonly PromiscuousEntry[]
  /** Number of requests, including those that the journal has dropped. */
  readonly requests: number
  /** The effects on the server, in order; empty after reads alone. */
  readonly effects: readonly string[]
  /** Number of open connections. */
  readonly connections: number
  /** Differs after each change, here or in the server behind. */
  stateHash(): string
  clearJournal(): void
}

const defaultMaxEntries = 500_000
const maxKeptEffects = 10_000
const emptyContainer = '<MediaContainer size="0"></MediaContainer>'

/**
 * A witness that is worse than any real Plex: it treats as a write whatever any server might treat as one,
 * changes its state by it, and keeps each byte. It has a parser of its own instead of Node's.
 */
export async function startPromiscuousPlex(options: PromiscuousPlexOptions = {}): Promise<PromiscuousPlex> {
  const record = createRecord(options)
  const sockets = new Set<Socket>()

  const server = createServer({ noDelay: true }, (socket) => {
    const reader = createObligingReader()
    const inner = options.behind ? connectBehind(options.behind.url, socket) : null
    sockets.add(socket)
    socket.on('data', (chunk: Buffer) => {
      for (const head of reader.feed(chunk)) {
        const effect = judge(head, options.clientIdentifier)
        record.note(head, effect)
        if (inner && effect === null) inner.write(head.raw)
        else socket.write(answerTo(head, effect, options.answer))
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      inner?.destroy()
      const rest = reader.rest()
      if (rest.length > 0) record.note({ raw: rest, method: '', target: '' }, 'bytes that never became a request')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the promiscuous Plex has no port')
  const { port } = address
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get journal() {
      return record.journal
    },
    get requests() {
      return record.requests
    },
    effects: record.effects,
    get connections() {
      return sockets.size
    },
    stateHash: () => `${options.behind?.stateHash() ?? ''}${record.changesHash()}`,
    clearJournal: record.clearJournal,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** The requests to the server and their effects. */
interface Record {
  readonly journal: readonly PromiscuousEntry[]
  readonly requests: number
  readonly effects: readonly string[]
  note(head: Pick<ObligingHead, 'raw' | 'method' | 'target'>, effect: string | null): void
  changesHash(): string
  clearJournal(): void
}

function createRecord({ maxEntries = defaultMaxEntries, onRequest }: PromiscuousPlexOptions): Record {
  const effects: string[] = []
  const state = createHash('sha256')
  let changes = 0
  let requests = 0
  let journal: PromiscuousEntry[] = []
  return {
    effects,
    get journal() {
      return journal
    },
    get requests() {
      return requests
    },
    note(head, effect) {
      requests += 1
      const entry = { seq: requests, method: head.method, target: head.target, rawHead: head.raw, effect }
      if (journal.length >= maxEntries) journal = journal.slice(Math.ceil(maxEntries / 2))
      journal.push(entry)
      if (effect !== null) {
        changes += 1
        state.update(effect)
        state.update(head.raw)
        if (effects.length < maxKeptEffects) effects.push(effect)
      }
      onRequest?.(entry)
    },
    changesHash: () => `${changes}:${state.copy().digest('hex')}`,
    clearJournal() {
      journal = []
    },
  }
}

/** The effect of a request on the server, in words; null for a read that only reads. */
function judge(head: ObligingHead, clientIdentifier: string | undefined): string | null {
  if (!head.isRequest) return 'bytes that are no request'
  const device = head.headers.find(([name]) => name.toLowerCase() === 'x-plex-client-identifier')?.[1]
  if (clientIdentifier !== undefined && device !== clientIdentifier)
    return `a new device: ${device ?? 'without a name'}`
  return judgeObligingly(head)
}

/** The server behind answers on the same connection, in the order of the requests. */
function connectBehind(url: string, client: Socket): Socket {
  const { hostname, port } = new URL(url)
  const inner = connect(Number(port), hostname)
  inner.setNoDelay(true)
  inner.on('error', () => client.destroy())
  inner.on('close', () => client.destroy())
  inner.pipe(client)
  client.on('drain', () => inner.resume())
  return inner
}

function answerTo(
  { method, target }: ObligingHead,
  effect: string | null,
  answer: PromiscuousPlexOptions['answer'],
): Buffer {
  const body = Buffer.from(effect === null ? (answer?.(target) ?? emptyContainer) : '')
  const type = effect === null ? 'text/xml;charset=utf-8' : 'text/html'
  const lines = ['HTTP/1.1 200 OK', `Content-Type: ${type}`, 'X-Plex-Protocol: 1.0', `Content-Length: ${body.length}`]
  const head = `${lines.join('\r\n')}\r\n\r\n`
  return method === 'HEAD' ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}
