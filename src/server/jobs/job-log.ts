import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { listJobFiles } from './job-files.ts'

/** Everything in `logs/` of a job as one text: our own log first, then Kometa's. They are scrubbed when they are written. */
export async function readWholeLog(jobDir: string): Promise<Readable> {
  const folder = join(jobDir, 'logs')
  const files = (await listJobFiles(jobDir, 'logs'))
    .filter(({ name }) => /\.log(?:\.\d+)?$/.test(name))
    .map(({ path }) => path)
    .sort((a, b) => Number(b.endsWith('preview.log')) - Number(a.endsWith('preview.log')) || (a < b ? -1 : 1))
  return Readable.from(parts(files, folder))
}

async function* parts(files: readonly string[], folder: string): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield Buffer.from(`==== ${file.slice(folder.length + 1)} ====\n`)
    for await (const chunk of createReadStream(file)) yield chunk
    yield Buffer.from('\n')
  }
}
