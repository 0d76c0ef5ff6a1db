import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { makeZip } from 'client-zip'

/** Files of one zip: every capture of a large job. */
const maxFiles = 20_000
/** What goes in: pictures and the summary; never the config, logs or the ledger. */
const wanted = /\.(?:jpe?g|png|webp)$|^summary\.json$/i

/** All pictures of a job and its summary as a zip, stored (pictures do not compress), as a stream. */
export async function zipPictures(jobDir: string, jobId: string): Promise<ReadableStream<Uint8Array>> {
  const files: { path: string; name: string }[] = []
  for (const folder of ['input', 'output']) {
    const entries = await readdir(join(jobDir, folder), { withFileTypes: true, recursive: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile() || !wanted.test(entry.name) || entry.name.startsWith('.')) continue
      const path = join(entry.parentPath, entry.name)
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
