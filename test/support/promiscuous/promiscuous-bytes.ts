/** One request, as the most obliging server reads it from the bytes of a connection. */
export interface ObligingHead {
  /** Every byte up to the body. */
  raw: Buffer
  method: string
  target: string
  headers: readonly (readonly [name: string, value: string])[]
  /** False if no server would accept it as a request. */
  isRequest: boolean
}

export interface ObligingReader {
  /** The requests that this chunk completes. */
  feed(chunk: Buffer): ObligingHead[]
  /** Bytes that never became a request; empty after well-formed reads. */
  rest(): Buffer
}

/** A longer head ends here. */
const maxHeadBytes = 2 * 1024 * 1024

/**
 * Divides bytes into requests. A head ends at the first empty line, with any line ends. A GET or HEAD has no body here:
 * the next request begins behind its head. Other requests have a body as long as their Content-Length says.
 */
export function createObligingReader(): ObligingReader {
  let pending: Buffer = Buffer.alloc(0)
  let skip = 0
  return {
    feed(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const found: ObligingHead[] = []
      for (;;) {
        const skipped = Math.min(skip, pending.length)
        skip -= skipped
        pending = pending.subarray(skipped)
        const start = firstByte(pending)
        if (start > 0) pending = pending.subarray(start)
        const end = headEnd(pending)
        if (end === -1 && pending.length <= maxHeadBytes) return found
        const raw = Buffer.from(pending.subarray(0, end === -1 ? pending.length : end))
        pending = pending.subarray(raw.length)
        const head = parseHead(raw)
        found.push(head)
        if (head.method !== 'GET' && head.method !== 'HEAD') skip = bodyBytes(head)
      }
    },
    rest: () => pending,
  }
}

/** Skips empty lines before a request. */
function firstByte(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at += 1
  return at
}

function headEnd(bytes: Buffer): number {
  const ends = ['\r\n\r\n', '\n\n', '\n\r\n', '\r\r'].flatMap((mark) => {
    const at = bytes.indexOf(mark, 0, 'latin1')
    return at === -1 ? [] : [at + mark.length]
  })
  return ends.length === 0 ? -1 : Math.min(...ends)
}

function parseHead(raw: Buffer): ObligingHead {
  const lines = raw
    .toString('latin1')
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
  const [method = '', target = '', version = ''] = (lines[0] ?? '').trim().split(/[ \t]+/)
  const headers = lines.slice(1).map((line) => {
    const colon = line.indexOf(':')
    return colon === -1
      ? ([line.trim(), ''] as const)
      : ([line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const)
  })
  const isRequest = /^[A-Za-z]+$/.test(method) && (version === '' || /^http\//i.test(version)) && target !== ''
  return { raw, method, target, headers, isRequest }
}

function bodyBytes({ headers }: ObligingHead): number {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : 0
}
