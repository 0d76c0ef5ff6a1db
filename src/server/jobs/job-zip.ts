import { makeZip } from 'client-zip'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { listJobFiles, nullIfUnreadable } from './job-files.ts'

/** Files of one zip: every capture of a large job. */
const maxFiles = 20_000
/** What goes in: pictures and the summary; never the config, logs or the ledger. */
const wanted = /\.(?:jpe?g|png|webp)$|^summary\.json$/i

/** All pictures of a job and its summary as a zip, stored (pictures do not compress), as a stream. */
export async function zipPictures(job: Beneath, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const files: { path: string; name: string }[] = []
  for (const folder of ['input', 'output']) {
    for (const { path, name } of listJobFiles(job, folder)) {
      if (!wanted.test(name) || name.startsWith('.')) continue
      files.push({ path, name: `${jobId}/${path}` })
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  return makeZip(readFiles(job, files.slice(0, maxFiles)))
}

async function* readFiles(job: Beneath, files: readonly { path: string; name: string }[]) {
  for (const { path, name } of files) {
    const file = await job.open(path, 'read').catch(nullIfUnreadable)
    // It went away, or became a link, since it was listed.
    if (file === null) continue
    const { size, mtime: lastModified } = await file.stat()
    yield { name, input: file.createReadStream(), lastModified, size }
  }
}
