import type { FileHandle } from 'node:fs/promises'
import { makeZip } from 'client-zip'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { listJobFiles, nullIfUnreadable } from './job-files.ts'

/** The largest number of files in a zip; enough for every capture of a large job. */
const maxFiles = 20_000
/** The zip gets pictures and the summary, and never the config, the logs or the ledger. */
const wanted = /\.(?:jpe?g|png|webp)$|^summary\.json$/i

interface Reading {
  /** The file that is being read; null before the first. */
  file: FileHandle | null
  cancelled: boolean
}

/**
 * Streams all pictures of a job and its summary as a zip. The zip does not compress, since pictures would not get
 * smaller.
 */
export async function zipPictures(job: Beneath, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const files: { path: string; name: string }[] = []
  for (const folder of ['input', 'output']) {
    for (const { path, name } of listJobFiles(job, folder)) {
      if (!wanted.test(name) || name.startsWith('.')) continue
      files.push({ path, name: `${jobId}/${path}` })
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  const reading: Reading = { file: null, cancelled: false }
  const zip = makeZip(readFiles(job, files.slice(0, maxFiles), reading)).getReader()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await zip.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    // client-zip does not close the file that it was reading.
    async cancel(reason) {
      reading.cancelled = true
      try {
        await zip.cancel(reason)
      } finally {
        await reading.file?.close()
      }
    },
  })
}

async function* readFiles(job: Beneath, files: readonly { path: string; name: string }[], reading: Reading) {
  for (const { path, name } of files) {
    const file = await job.open(path, 'read').catch(nullIfUnreadable)
    // null: since it was listed, the file has been removed or replaced by a link.
    if (file === null) continue
    reading.file = file
    if (reading.cancelled) return file.close()
    const { size, mtime: lastModified } = await file.stat()
    yield { name, input: file.createReadStream(), lastModified, size }
  }
}
