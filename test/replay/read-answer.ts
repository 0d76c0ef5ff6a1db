import type { RawAnswer } from '../support/raw-client.ts'

export interface ReadAnswer {
  status: number
  /** Names in lower case; the last one counts. */
  headers: Record<string, string>
  /** Without its chunks' sizes. */
  body: Buffer
}

/** Head and body of a raw answer. */
export function readAnswer({ bytes, status }: RawAnswer): ReadAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const lines = bytes.subarray(0, end).toString('latin1').split('\r\n').slice(1)
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = bytes.subarray(end + 4)
  return { status, headers, body: headers['transfer-encoding'] === 'chunked' ? joinChunks(body) : body }
}

function joinChunks(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.subarray(at, lineEnd).toString('latin1'), 16)
    if (!(size > 0)) return Buffer.concat(parts)
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
