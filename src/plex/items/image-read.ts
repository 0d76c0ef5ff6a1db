import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../contract/errors.ts'
import { type AllowedResource, classifyRead } from '../../policy/classify-read.ts'
import { writeInto } from '../../util/beneath/file-chunks.ts'
import type { PlexConnection } from '../upstream/connection.ts'
import { readFailure } from './read-container.ts'

/** The largest image that is read from Plex; the same limit as for uploads in the proxy. */
const maxImageBytes = 64 * 1024 * 1024
/** How long one image may take. */
const imageTimeoutMs = 60_000

export interface ImageReadOptions {
  maxBytes?: number
  timeoutMs?: number
  signal?: AbortSignal
}

export interface ImageRead {
  bytes: number
  sha256: string
}

/**
 * Streams the bytes of the image at `path` unchanged into `file` and syncs it. The file must not exist yet, or be open
 * and empty. Rejects with PLEX_READ_FAILED when Plex has no such image or it is larger than `maxBytes`; the caller must
 * remove the incomplete file.
 */
export async function readImage(
  connection: PlexConnection,
  path: string,
  file: string | FileHandle,
  options: ImageReadOptions = {},
): Promise<ImageRead> {
  const { maxBytes = maxImageBytes, timeoutMs = imageTimeoutMs, signal } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const name = path.split('?', 1)[0] ?? path
  const hash = createHash('sha256')
  let bytes = 0
  let status = 0
  let encoding: string | undefined
  let written: Promise<void> = Promise.resolve()

  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        done(new AppError('PLEX_READ_FAILED', `the image ${name} is larger than ${maxBytes} bytes`))
        return
      }
      hash.update(chunk)
      done(null, chunk)
    },
  })
  // If Plex fails before its answer begins, this stream is destroyed without a pipeline that listens for the error.
  measure.on('error', () => undefined)
  try {
    const read = connection.stream(
      {
        method: 'GET',
        resource: allowImage(path),
        headers: { accept: 'image/*', 'accept-encoding': 'identity' },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      },
      (head) => {
        status = head.status
        encoding = head.headers['content-encoding']
        if (status !== 200) return new Writable({ write: (_chunk, _encoding, done) => done() })
        // flush: the bytes must survive a power cut before the file gets its final name.
        written = pipeline(measure, writeTo(file))
        // The failure is handled when `written` is awaited below; until then it must not count as unhandled.
        written.catch(() => undefined)
        return measure
      },
    )
    await read.catch((error: unknown) => {
      measure.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    })
    await written
  } catch (error) {
    await written.catch(() => undefined)
    throw readFailure(measure.errored ?? error, {
      url: connection.address.url,
      timeoutMs,
      timeout,
      ...(signal && { signal }),
    })
  }
  if (status !== 200) throw new AppError('PLEX_READ_FAILED', `Plex answered ${status} for the image ${name}`)
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError('PLEX_READ_FAILED', `Plex sent the image ${name} with content encoding ${encoding}`)
  }
  if (bytes === 0) throw new AppError('PLEX_READ_FAILED', `Plex sent no bytes for the image ${name}`)
  return { bytes, sha256: hash.digest('hex') }
}

/** If the file is already open, its owner closes it. */
function writeTo(file: string | FileHandle) {
  return typeof file === 'string' ? createWriteStream(file, { flags: 'wx', flush: true }) : writeInto(file)
}

/** Checks the path like any other read, because it comes from Plex's answer and may not be a path on this server. */
function allowImage(path: string): AllowedResource {
  const context = { section: () => undefined, listedArtwork: () => false }
  const verdict = classifyRead({ method: 'GET', rawResource: path, context })
  if (verdict.ok) return verdict.resource
  throw new AppError('PLEX_READ_FAILED', `the image that Plex names is no known read: ${verdict.reason}`)
}
