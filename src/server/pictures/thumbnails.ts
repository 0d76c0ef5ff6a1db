import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { makeThumbnail } from '../../images/thumbnail.ts'
import { renameOver } from '../../util/files/rename.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { notFound, RequestProblem } from '../http/request-problem.ts'
import { limits } from '../limits.ts'
import { createNewestFirst } from './newest-first.ts'

export interface ThumbnailRequest {
  /** Names the picture and its version: one key always means the same picture. */
  key: string
  width: number
  /** Writes the picture's bytes to `file`, or answers with them. */
  fetch(file: string, signal: AbortSignal): Promise<Uint8Array | undefined>
}

export interface Thumbnail {
  path: string
  etag: string
}

export interface Thumbnails extends AsyncDisposable {
  /** Finds the thumbnail on disk, or makes it. Rejects with PICTURE_UNAVAILABLE, or with the signal's reason. */
  get(request: ThumbnailRequest, signal: AbortSignal): Promise<Thumbnail>
  bytes(): Promise<number>
}

const sourcePrefix = '.source-'
/** The number of new thumbnails between two checks of the cache's size. */
const writesPerPruning = 500
/** The share of the cache that is left after pruning. */
const prunedShare = 0.8

interface Making {
  waiters: number
  abort: AbortController
  done: Promise<void>
}

/**
 * Makes small pictures once and keeps them on disk. At most `maxThumbnailsAtOnce` are made at a time, for the newest
 * request first. Requests for the same picture share the work, which ends when all of them have been aborted.
 */
export function createThumbnails(folder: string): Thumbnails {
  const turns = createNewestFirst(limits.maxThumbnailsAtOnce)
  const making = new Map<string, Making>()
  let writes = 0
  // Removes what a killed studio left half fetched, and what is too much.
  let pruning: Promise<void> | null = sweep(folder).finally(() => (pruning = null))

  const forget = (name: string, entry: Making) => {
    if (making.get(name) === entry) making.delete(name)
  }

  async function make(name: string, path: string, request: ThumbnailRequest, signal: AbortSignal): Promise<void> {
    const source = join(folder, sourcePrefix + randomBytes(8).toString('hex'))
    try {
      const fetched = await request.fetch(source, signal)
      const bytes = await makeThumbnail(fetched ?? source, { width: request.width, maxPixels: limits.maxPixels })
      signal.throwIfAborted()
      await mkdir(join(folder, name.slice(0, 2)), { recursive: true })
      const temporary = `${path}.tmp-${randomBytes(4).toString('hex')}`
      await writeFile(temporary, bytes)
      await renameOver(temporary, path)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AppError || error instanceof RequestProblem) throw error
      throw new RequestProblem(422, 'PICTURE_UNAVAILABLE', 'This picture cannot be shown.')
    } finally {
      await rm(source, { force: true })
    }
    writes += 1
    if (writes % writesPerPruning === 0) pruning ??= prune(folder).finally(() => (pruning = null))
  }

  function share(name: string, path: string, request: ThumbnailRequest) {
    const known = making.get(name)
    if (known) return known
    if (turns.waiting >= limits.maxThumbnailsWaiting) {
      throw new RequestProblem(503, 'TOO_MANY_ATTEMPTS', 'Too many pictures are being made.')
    }
    const abort = new AbortController()
    const limited = AbortSignal.any([abort.signal, AbortSignal.timeout(limits.thumbnailTimeoutMs)])
    const done = turns.run(() => make(name, path, request, limited), abort.signal).finally(() => forget(name, entry))
    // Those who wait get the failure; if nobody waits, nobody needs it.
    done.catch(() => undefined)
    const entry: Making = { waiters: 0, abort, done }
    making.set(name, entry)
    return entry
  }

  return {
    async get(request, signal) {
      const name = createHash('sha256').update(`${request.width} ${request.key}`).digest('hex')
      const path = join(folder, name.slice(0, 2), `${name}.webp`)
      const thumbnail = { path, etag: `"${name.slice(0, 32)}"` }
      if (await isThere(path)) return thumbnail
      await mkdir(folder, { recursive: true })
      const entry = share(name, path, request)
      entry.waiters += 1
      try {
        await untilAborted(entry.done, signal)
      } finally {
        entry.waiters -= 1
        if (entry.waiters === 0) {
          // This comes before the abort, so that the next request does not join aborted work.
          forget(name, entry)
          entry.abort.abort(new DOMException('nobody waits for it', 'AbortError'))
        }
      }
      return thumbnail
    },
    bytes: async () => (await listFiles(folder)).reduce((sum, { size }) => sum + size, 0),
    async [Symbol.asyncDispose]() {
      const all = [...making.values()]
      for (const { abort } of all) abort.abort(new DOMException('the studio ends', 'AbortError'))
      await Promise.allSettled(all.map(({ done }) => done))
      await pruning
    },
  }
}

/** Throws NOT_FOUND if pruning has just removed the file. */
export async function openThumbnail({ path }: Thumbnail): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw notFound('This picture is no longer there.')
    throw error
  }
}

async function untilAborted(done: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    stop = () => signal.removeEventListener('abort', onAbort)
  })
  await Promise.race([done, aborted]).finally(stop)
}

/** Marks the file as used, since pruning removes the files that have not been used for the longest time. */
async function isThere(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null)
  if (!info) return false
  const now = new Date()
  if (now.getTime() - info.mtimeMs > 24 * 3_600_000) await utimes(path, now, now).catch(() => undefined)
  return true
}

async function listFiles(folder: string): Promise<{ path: string; size: number; usedAt: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const files = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const info = await stat(path).catch(() => null)
    if (info) files.push({ path, size: info.size, usedAt: info.mtimeMs })
  }
  return files
}

async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) if (name.startsWith(sourcePrefix)) await rm(join(folder, name), { force: true })
  await prune(folder)
}

async function prune(folder: string): Promise<void> {
  const files = await listFiles(folder)
  let bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= limits.maxThumbnailCacheBytes) return
  for (const { path, size } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= limits.maxThumbnailCacheBytes * prunedShare) return
    await rm(path, { force: true })
    bytes -= size
  }
}
