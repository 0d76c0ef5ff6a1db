import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

export interface SendFileOptions {
  /** A fixed type: never one that the file's name or content could choose. */
  type: string
  etag: string
  /** The same bytes for ever under this address. */
  immutable: boolean
  /** Saved under this name by the browser. */
  download?: string | undefined
}

/** Streams an open file, or the one range of it that is asked for, and closes it. 304, 206, 416 as HTTP has them. */
export async function sendFile(file: FileHandle, request: Request, options: SendFileOptions): Promise<Response> {
  const { size } = await file.stat()
  const { status, headers, range } = judge(size, request, options)
  if (range === null) {
    await file.close()
    return new Response(null, { status, headers })
  }
  return new Response(webStream(file.createReadStream(range)), { status, headers })
}

/** `range`: the bytes that go out; null for an answer without a body. */
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

/** A Node stream as a body; Node's own declarations of web streams differ from the global ones by name alone. */
export const webStream = (stream: Readable): ReadableStream => Readable.toWeb(stream) as ReadableStream

export function matches(header: string | null, etag: string): boolean {
  return header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false
}

/** Plain letters for old clients, the whole name for the others (RFC 6266). */
export function disposition(name: string): string {
  const plain = name.replace(/[^\w .()-]/g, '_')
  const whole = encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}

/** One range; a list of ranges, or what is none, is answered with the whole. */
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
