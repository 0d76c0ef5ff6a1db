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

/** The largest image that we take from Plex: as large as the largest upload that the proxy keeps. */
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
 * Streams what Plex holds at `path` into `file`, which must not exist yet or be open and empty, and syncs it: the
 * bytes as
 * they are.
 * Rejects with PLEX_READ_FAILED when Plex has no such image or it is larger than `maxBytes`; the half file is the
 * caller's to remove.
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
  // Destroyed below when Plex fails before its answer begins: then no pipeline listens to it.
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
        // The failure is taken from `written` below; until then it must not count as unhandled.
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

/** An open file stays its owner's to close. */
function writeTo(file: string | FileHandle) {
  return typeof file === 'string' ? createWriteStream(file, { flags: 'wx', flush: true }) : writeInto(file)
}

/**
 * The path comes from Plex's own answer, so it is judged like any other; a thumb may be no path of this server at all.
 */
function allowImage(path: string): AllowedResource {
  const context = { section: () => undefined, listedArtwork: () => false }
  const verdict = classifyRead({ method: 'GET', rawResource: path, context })
  if (verdict.ok) return verdict.resource
  throw new AppError('PLEX_READ_FAILED', `the image that Plex names is no known read: ${verdict.reason}`)
}
