import { connect, type Socket } from 'node:net'

export interface BatchOptions {
  /** Number of parallel connections; default 16. */
  connections?: number
  /** A connection that is silent for this long fails the test; default 20,000. */
  timeoutMs?: number
  /** Status of the answer to this request; 0 if the connection was closed without an answer. */
  onAnswer?: (status: number, index: number) => void
}

/**
 * Sends byte strings over a few kept-alive connections, one after the other's answer, and opens a new connection after
 * the server has closed one. Resolves once each request has an answer or a closed connection.
 */
export async function sendBatch(
  port: number,
  requests: Iterable<string | Buffer>,
  options: BatchOptions = {},
): Promise<number> {
  const { connections = 16, onAnswer } = options
  const iterator = requests[Symbol.iterator]()
  let sent = 0
  const worker = async () => {
    let line: Line | undefined
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const index = sent
      sent += 1
      const bytes = typeof next.value === 'string' ? Buffer.from(next.value, 'latin1') : next.value
      // The server may close a kept-alive connection at any time. A request without a byte of an answer is sent again.
      const old: Line | undefined = line?.open ? line : undefined
      line = old ?? openLine(port, options.timeoutMs ?? 20_000)
      let status = await line.ask(bytes)
      if (status === 0 && old?.unanswered) {
        line = openLine(port, options.timeoutMs ?? 20_000)
        status = await line.ask(bytes)
      }
      onAnswer?.(status, index)
    }
    line?.close()
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return sent
}

interface Line {
  readonly open: boolean
  /** The connection was closed before the first byte of the last answer. */
  readonly unanswered: boolean
  ask(bytes: Buffer): Promise<number>
  close(): void
}

function openLine(port: number, timeoutMs: number): Line {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received: Buffer = Buffer.alloc(0)
  let open = true
  let isHead = false
  let asked = ''
  let holdsMore = false
  let settle: ((status: number) => void) | null = null
  let fail: ((error: Error) => void) | null = null
  const finish = (status: number) => {
    const done = settle
    settle = null
    done?.(status)
  }
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = wholeAnswer(received, isHead)
    if (answer === null) return
    if (answer.closes || answer.bytes < received.length) {
      open = false
      socket.destroy()
    } else if (holdsMore) {
      // Bytes behind the first request may be answered later. That answer must not count for the next request.
      open = false
      socket.end()
    }
    finish(answer.status)
  })
  socket.on('close', () => {
    open = false
    finish(statusOf(received))
  })
  socket.on('error', () => socket.destroy())
  socket.setTimeout(timeoutMs, () => {
    const soFar = received.toString('latin1').slice(0, 400)
    fail?.(new Error(`no answer within ${timeoutMs} ms to ${JSON.stringify(asked)}; so far: ${soFar}`))
    socket.destroy()
  })
  return {
    get open() {
      return open
    },
    get unanswered() {
      return received.length === 0
    },
    ask(bytes) {
      received = Buffer.alloc(0)
      asked = bytes.toString('latin1', 0, 600)
      const end = bytes.indexOf('\r\n\r\n')
      holdsMore = end >= 0 && end + 4 < bytes.length
      // Empty lines before a request are passed over.
      isHead = /^[\r\n]*HEAD /.test(bytes.toString('latin1', 0, 4_096))
      return new Promise((resolve, reject) => {
        settle = resolve
        fail = reject
        if (!open) finish(0)
        else socket.write(bytes)
      })
    },
    close: () => socket.destroy(),
  }
}

const statusOf = (bytes: Buffer): number =>
  Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, 20))?.[1] ?? 0)

function wholeAnswer(bytes: Buffer, isHead: boolean): { status: number; bytes: number; closes: boolean } | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = bytes.toString('latin1', 0, end + 2)
  const status = statusOf(bytes)
  // 100 Continue is no final answer.
  if (status >= 100 && status < 200) {
    const next = wholeAnswer(bytes.subarray(end + 4), isHead)
    return next && { ...next, bytes: next.bytes + end + 4 }
  }
  const closes = /\r\nconnection: *close/i.test(head)
  const start = end + 4
  if (isHead || status === 204 || status === 304) return { status, bytes: start, closes }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const whole = start + Number(length)
    return bytes.length >= whole ? { status, bytes: whole, closes } : null
  }
  const last = bytes.indexOf('0\r\n\r\n', start)
  return /\r\ntransfer-encoding: *chunked/i.test(head) && last !== -1 ? { status, bytes: last + 5, closes } : null
}
