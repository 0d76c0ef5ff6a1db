import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

export interface SendFileOptions {
  /** A fixed type, which neither the file's name nor its content can choose. */
  type: string
  etag: string
  /** This address always has the same bytes. */
  immutable: boolean
  /** The name under which the browser saves the file. */
  download?: string | undefined
}

/** Streams an open file, or one range of it, and closes the file. Answers 304, 206 and 416 as HTTP says. */
export async function sendFile(file: FileHandle, request: Request, options: SendFileOptions): Promise<Response> {
  const { size } = await file.stat()
  const { status, headers, range } = judge(size, request, options)
  if (range === null) {
    await file.close()
    return new Response(null, { status, headers })
  }
  return new Response(webStream(file.createReadStream(range)), { status, headers })
}

/** `range` is the bytes to send; null for an answer without a body. */
function judge(size: number, request: Request, options: SendFileOptions) {
  const headers = new Headers({
    'content-type': options.type,
    etag: options.etag,
    'cache-control': options.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'accept-ranges': 'bytes',
  })
  if (options.download !== undefined) headers.set('content-disposition', disposition(options.download))
  if (matches(request.headers.get('if-none-match'), options.etag)) return { status: 304, headers, range: null }
  const ifRange = request.headers.get('if-range')
  const wanted = ifRange === null || ifRange === options.etag ? request.headers.get('range') : null
  const range = readRange(wanted, size)
  if (range === 'unsatisfiable') {
    headers.set('content-range', `bytes */${size}`)
    return { status: 416, headers, range: null }
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range) headers.set('content-range', `bytes ${start}-${end}/${size}`)
  headers.set('content-length', String(end - start + 1))
  const isEmpty = request.method === 'HEAD' || size === 0
  return { status: range ? 206 : 200, headers, range: isEmpty ? null : { start, end } }
}

/** A Node stream as a body. Node declares its web streams under other names than the global types. */
export const webStream = (stream: Readable): ReadableStream => Readable.toWeb(stream) as ReadableStream

export function matches(header: string | null, etag: string): boolean {
  return header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false
}

/** The name in plain letters for old clients, and the whole name for the others (RFC 6266). */
export function disposition(name: string): string {
  const plain = name.replace(/[^\w .()-]/g, '_')
  const whole = encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}

/** Reads one range. For several ranges, or a malformed one, the answer is the whole file. */
function readRange(header: string | null, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return null
  return start >= size ? 'unsatisfiable' : { start, end }
}
