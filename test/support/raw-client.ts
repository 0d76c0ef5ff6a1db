import { connect } from 'node:net'

export interface RawAnswer {
  /** All bytes received until the connection ended or the answer was complete. */
  text: string
  bytes: Buffer
  /** Status of the first answer; 0 if none came. */
  status: number
  /** True if the other side closed the connection. */
  closed: boolean
  /** Number of pieces in which the bytes arrived. */
  pieces: number
}

export interface RawOptions {
  /** Ends our side after sending, like a client with a single request. */
  half?: boolean
  /** Stops waiting once this is true. Default: a complete answer with Content-Length, or the end of the connection. */
  until?: (text: string) => boolean
  /** After this time the test fails, so that it never hangs. */
  timeoutMs?: number
}

/** Sends bytes unchanged and returns the answer's bytes. No other client can send what is not HTTP. */
export function sendRaw(port: number, bytes: string | Buffer, options: RawOptions = {}): Promise<RawAnswer> {
  const until = options.until ?? hasWholeAnswer
  const timeoutMs = options.timeoutMs ?? 10_000
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let done = false
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
      if (options.half) socket.end()
    })
    const finish = (closed: boolean) => {
      if (done) return
      done = true
      socket.destroy()
      const all = Buffer.concat(chunks)
      const text = all.toString('latin1')
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
      resolve({ text, bytes: all, status, closed, pieces: chunks.length })
    }
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (until(Buffer.concat(chunks).toString('latin1'))) finish(false)
    })
    socket.on('close', () => finish(true))
    // Many raw cases end in a reset, which shows as `closed`.
    socket.on('error', () => finish(true))
    socket.setTimeout(timeoutMs, () => {
      if (done) return
      done = true
      socket.destroy()
      reject(
        new Error(`no whole answer within ${timeoutMs} ms: ${Buffer.concat(chunks).toString('latin1').slice(0, 200)}`),
      )
    })
  })
}

function hasWholeAnswer(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  if (/^HTTP\/1\.1 1\d\d /.test(text)) return hasWholeAnswer(text.slice(end + 4))
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1]
  if (length !== undefined) return text.length >= end + 4 + Number(length)
  return text.endsWith('\r\n0\r\n\r\n')
}
