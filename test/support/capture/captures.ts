import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { UploadBody } from '../../../src/proxy/capture/types.ts'

/** An empty job folder, removed when the test ends. */
export function makeJobDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'captures-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A body in pieces of these sizes, repeated until its end. */
export function bodyOf(bytes: Buffer, contentType?: string, sizes: readonly number[] = [65_536]): UploadBody {
  function* pieces() {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1
      yield bytes.subarray(at, at + size)
      at += size
    }
  }
  return { stream: Readable.from(pieces(), { objectMode: false }), contentType, contentLength: bytes.length }
}

/** All files below a job's output folder, relative to the job, sorted. */
export function outputFiles(jobDir: string): string[] {
  return ['by_ratingkey', 'captured_requests'].flatMap((folder) => {
    try {
      return readdirSync(join(jobDir, 'output', folder))
        .sort()
        .map((name) => `output/${folder}/${name}`)
    } catch {
      return [] // made only when the first capture comes
    }
  })
}
