import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { ImageType } from '../../../contract/kinds.ts'
import { sniffBytes, sniffImage } from '../../../images/sniff.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { readChunks } from '../../../util/beneath/file-chunks.ts'
import { notFound } from '../../http/request-problem.ts'
import { nullIfUnreadable } from '../files/job-files.ts'
import type { ShownSummary } from '../files/read-summary.ts'
import type { JobState } from '../journal/job-state.ts'

export interface JobPicture {
  /** The path in the job. */
  path: string
  /** Told from the bytes, and not from a record. */
  type: ImageType
}

/** What the records of a job say about its pictures. */
export interface PictureRecords {
  summary: ShownSummary | null
  state: JobState
}

export interface PictureFinder {
  /**
   * Finds the file with a hash in the records of the job, since a browser never sends a path. Checks that the file is
   * inside the job folder without links, and that its bytes have this hash and are an image. Throws NOT_FOUND.
   */
  find(job: Beneath, sha256: string, records: PictureRecords): Promise<JobPicture>
}

const maxVerified = 20_000

export function createPictureFinder(): PictureFinder {
  /** The files whose hash has been checked, by path, size and time. */
  const verified = new Set<string>()

  async function open(job: Beneath, path: string, sha256: string): Promise<JobPicture | null> {
    // Anybody may have written the summary, so `job.open` opens only files inside the job.
    await using file = await job.open(path, 'read').catch(nullIfUnreadable)
    if (file === null) return null
    const { size, mtimeMs } = await file.stat()
    const type = await sniffFile(file)
    if (type === null) return null
    const key = `${job.shown(path)} ${size} ${mtimeMs} ${sha256}`
    if (verified.has(key)) return { path, type }
    if ((await hashOf(file)) !== sha256) return null
    if (verified.size >= maxVerified) verified.clear()
    verified.add(key)
    return { path, type }
  }

  return {
    async find(job, sha256, { summary, state }) {
      for (const path of pathsOf(sha256, summary, state)) {
        const picture = await open(job, path, sha256)
        if (picture) return picture
      }
      throw notFound('There is no such picture in this job.')
    },
  }
}

function pathsOf(sha256: string, summary: ShownSummary | null, state: JobState): string[] {
  const paths = new Set<string>()
  for (const { before, after } of summary?.targets ?? []) {
    for (const picture of [after, before]) if (picture?.sha256 === sha256) paths.add(picture.path)
  }
  for (const { sha256: own, saved_path: path } of summary?.captured_uploads ?? []) {
    if (own === sha256 && path !== null) paths.add(path)
  }
  for (const { image, path } of state.captures) if (image.sha256 === sha256) paths.add(path)
  return [...paths]
}

async function sniffFile(file: FileHandle): Promise<ImageType | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0)
  return sniffImage(buffer.subarray(0, bytesRead))
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of readChunks(file)) hash.update(chunk)
  return hash.digest('hex')
}
