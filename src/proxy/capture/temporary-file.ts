import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type ByteSource, handleSource } from '../../images/byte-source.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readChunks } from '../../util/beneath/file-chunks.ts'

/** How many bytes are gathered before one write to disk. */
const writeBatchBytes = 256 * 1024

/**
 * A file that is being written: it is hashed while it grows, synced before it is renamed, and removed if it is never
 * renamed.
 */
export interface TemporaryFile {
  /** Bytes taken so far. */
  bytes(): number
  /**
   * Resolves when the chunk was written, or gathered for the next write (at most 256 KiB). Rejects when the disk
   * refuses.
   */
  write(chunk: Uint8Array): Promise<void>
  /** Writes the gathered bytes. */
  flush(): Promise<void>
  /** Writes the gathered bytes, the last ones. From then on `sha256` and `source` describe the whole file. */
  finish(): Promise<void>
  sha256(): string
  source(): ByteSource
  /** Its bytes from the start. */
  stream(): Readable
  /** Syncs, closes and renames to this path in the job. The caller syncs the folder. */
  moveTo(finalPath: string): Promise<void>
  /** Removes the file unless it was moved. A file that is gone already is no error. */
  discard(): Promise<void>
}

export async function createTemporaryFile(job: Beneath, path: string): Promise<TemporaryFile> {
  const handle = await job.open(path, 'create')
  const hash = createHash('sha256')
  let digest: string | undefined
  let bytes = 0
  let batch: Uint8Array[] = []
  let batchBytes = 0
  let state: 'open' | 'closed' | 'moved' = 'open'

  async function flush(): Promise<void> {
    const gathered = batch
    batch = []
    batchBytes = 0
    await writeAll(handle, gathered)
  }

  async function close(): Promise<void> {
    if (state !== 'open') return
    state = 'closed'
    await handle.close()
  }

  return {
    bytes: () => bytes,
    async write(chunk) {
      hash.update(chunk)
      bytes += chunk.length
      batch.push(chunk)
      batchBytes += chunk.length
      if (batchBytes >= writeBatchBytes) await flush()
    },
    flush,
    async finish() {
      await flush()
      digest ??= hash.digest('hex')
    },
    sha256() {
      if (digest === undefined) throw new Error('the file is not finished')
      return digest
    },
    source: () => handleSource(handle, bytes),
    stream: () => Readable.from(readChunks(handle), { objectMode: false }),
    async moveTo(finalPath) {
      await flush()
      await handle.sync()
      // Windows does not rename an open file.
      await close()
      await job.rename(path, finalPath)
      state = 'moved'
    },
    async discard() {
      if (state === 'moved') return
      try {
        await close()
      } finally {
        await job.remove(path)
      }
    },
  }
}

/**
 * A full disk first shows as a short write, not as an error: so write on until everything is there or the disk reports
 * an error.
 */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0)
  while (left.length > 0) {
    let { bytesWritten } = await handle.writev(left)
    if (bytesWritten === 0) throw new Error('the disk took no bytes')
    left = left.flatMap((chunk) => {
      const skipped = Math.min(bytesWritten, chunk.length)
      bytesWritten -= skipped
      return skipped === chunk.length ? [] : [chunk.subarray(skipped)]
    })
  }
}
