import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Summary } from '../contract/summary.ts'
import { writeFileAtomic } from '../util/atomic-file.ts'
import type { JobFolder } from './job-folder.ts'
import { namedFiles } from './named-files.ts'

/** In the format of sha256sum: `cd JOB && sha256sum -c output/SHA256SUMS` needs nothing of ours. */
export const checksumsPath = 'output/SHA256SUMS'
export const summaryPath = 'output/summary.json'

/** Writes down the SHA-256 of everything that the job put out, its summary and its ledger too. Rejects when the disk does not take it. */
export async function writeChecksums(folder: JobFolder, summary: Summary): Promise<void> {
  const named = namedFiles(summary)
  for (const file of summary.ledger.files) named.set(`output/${file}`, null)
  named.set(summaryPath, null)
  const lines: string[] = []
  for (const [path, known] of named) {
    const sha256 = known ?? (await hashFile(join(folder.dir, path)))
    lines.push(`${sha256}  ${path}\n`)
  }
  await writeFileAtomic(join(folder.dir, checksumsPath), lines.join(''))
}

/** Path -> SHA-256, as the job wrote them down; null for a job that has none, a text where the file is none of ours. */
export async function readChecksums(jobDir: string): Promise<Map<string, string> | string | null> {
  let text: string
  try {
    text = await readFile(join(jobDir, checksumsPath), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    return `${checksumsPath} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
  const sums = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (sha256 === undefined || path === undefined) return `${checksumsPath} has a line that is none`
    sums.set(path, sha256)
  }
  return sums.has(summaryPath) ? sums : `${checksumsPath} does not name the summary`
}

export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
