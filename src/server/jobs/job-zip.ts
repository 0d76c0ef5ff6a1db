import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { makeZip } from 'client-zip'
import { listJobFiles } from './job-files.ts'

/** Files of one zip: every capture of a large job. */
const maxFiles = 20_000
/** What goes in: pictures and the summary; never the config, logs or the ledger. */
const wanted = /\.(?:jpe?g|png|webp)$|^summary\.json$/i

/** All pictures of a job and its summary as a zip, stored (pictures do not compress), as a stream. */
export async function zipPictures(jobDir: string, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const files: { path: string; name: string }[] = []
  for (const folder of ['input', 'output']) {
    for (const { path, name } of await listJobFiles(jobDir, folder)) {
      if (!wanted.test(name) || name.startsWith('.')) continue
      files.push({ path, name: `${jobId}/${relative(jobDir, path).split(sep).join('/')}` })
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  return makeZip(readFiles(files.slice(0, maxFiles)))
}

async function* readFiles(files: readonly { path: string; name: string }[]) {
  for (const { path, name } of files) {
    const info = await stat(path).catch(() => null)
    if (info) yield { name, input: createReadStream(path), lastModified: info.mtime, size: info.size }
  }
}
