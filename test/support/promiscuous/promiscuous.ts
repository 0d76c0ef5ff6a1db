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
  /** What it did to the server; null for a read that only reads. */
  effect: string | null
}

export interface PromiscuousPlexOptions {
  /** Reads go on to this server (a sample Plex without a path prefix) byte for byte; without it every read gets an empty container. */
  behind?: { url: string; stateHash(): string }
  /** Body of the answer to a read, when there is no server behind; null: the empty container. */
  answer?: (target: string) => string | Buffer | null
  /** Clients with another X-Plex-Client-Identifier become a new device, which is a change; default: any one is known. */
  clientIdentifier?: string
  /** Entries kept; past it the oldest reads go. Effects always count. Default 500,000. */
  maxEntries?: number
  /** Called with each request as it comes. */
  onRequest?: (entry: PromiscuousEntry) => void
}

export interface PromiscuousPlex extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly journal: readonly PromiscuousEntry[]
  /** Requests ever, also those that the journal no longer holds. */
  readonly requests: number
  /** What was done to the server, in order; nothing but reads leaves it empty. */
  readonly effects: readonly string[]
  /** Connections open now. */
  readonly connections: number
  /** The same as long as nothing has changed, here and in the server behind. */
  stateHash(): string
  clearJournal(): void
}

const defaultMaxEntries = 500_000
const maxKeptEffects = 10_000
const emptyContainer = '<MediaContainer size="0"></MediaContainer>'

/**
 * A Plex that is worse than any real one, to bear witness: it takes for a write whatever any server might take for one,
 * changes its state by it, and keeps every byte that reached it. Its parser is its own, not Node's.
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

/** What has reached the server, and what it did to the server. */
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

/** What a request would do to the server; null for a read that only reads. */
function judge(head: ObligingHead, clientIdentifier: string | undefined): string | null {
  if (!head.isRequest) return 'bytes that are no request'
  const device = head.headers.find(([name]) => name.toLowerCase() === 'x-plex-client-identifier')?.[1]
  if (clientIdentifier !== undefined && device !== clientIdentifier)
    return `a new device: ${device ?? 'without a name'}`
  return judgeObligingly(head)
}

/** The server behind answers on the same connection, in the order in which it was asked. */
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
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nX-Plex-Protocol: 1.0\r\nContent-Length: ${body.length}\r\n\r\n`
  return method === 'HEAD' ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}
