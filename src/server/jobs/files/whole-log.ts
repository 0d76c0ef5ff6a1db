import { Readable } from 'node:stream'
import { jobFolders } from '../../../run/job-folder/job-folder.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { readChunks } from '../../../util/beneath/file-chunks.ts'
import { listJobFiles } from './job-files.ts'

/** All logs of a job as one text, our own log first. Secrets were removed when the logs were written. */
export async function readWholeLog(job: Beneath): Promise<Readable> {
  const files = listJobFiles(job, jobFolders.logs)
    .filter(({ name }) => /\.log(?:\.\d+)?$/.test(name))
    .map(({ path }) => path)
    .sort((a, b) => Number(b.endsWith('preview.log')) - Number(a.endsWith('preview.log')) || (a < b ? -1 : 1))
  return Readable.from(parts(job, files))
}

async function* parts(job: Beneath, files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield Buffer.from(`==== ${file.slice(jobFolders.logs.length + 1)} ====\n`)
    await using opened = await job.open(file, 'read')
    for await (const chunk of readChunks(opened)) yield chunk
    yield Buffer.from('\n')
  }
}
