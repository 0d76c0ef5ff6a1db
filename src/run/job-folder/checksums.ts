import { createHash } from 'node:crypto'
import type { Summary } from '../../contract/summary.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readChunks } from '../../util/beneath/file-chunks.ts'
import { hasErrorCode, messageOf } from '../../util/unknown-error.ts'
import { namedFiles } from './named-files.ts'

/** In the format of sha256sum: `cd JOB && sha256sum -c output/SHA256SUMS` needs nothing of ours. */
export const checksumsPath = 'output/SHA256SUMS'
export const summaryPath = 'output/summary.json'
/** A line for each file of the job. */
const maxChecksumsBytes = 64 * 1024 * 1024

/** Writes down the SHA-256 of everything that the job put out, its summary and its ledger too. Rejects when the disk does not take it. */
export async function writeChecksums(files: Beneath, summary: Summary): Promise<void> {
  const named = namedFiles(summary)
  for (const file of summary.ledger.files) named.set(`output/${file}`, null)
  named.set(summaryPath, null)
  const lines: string[] = []
  for (const [path, known] of named) {
    const sha256 = known ?? (await hashFile(files, path))
    lines.push(`${sha256}  ${path}\n`)
  }
  await files.write(checksumsPath, lines.join(''))
}

/** Path -> SHA-256, as the job wrote them down; null for a job that has none, a text where the file is none of ours. */
export async function readChecksums(files: Beneath): Promise<Map<string, string> | string | null> {
  let text: string
  try {
    text = String(await files.read(checksumsPath, maxChecksumsBytes))
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    return `${checksumsPath} cannot be read: ${messageOf(error)}`
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

export async function hashFile(files: Beneath, path: string): Promise<string> {
  await using file = await files.open(path, 'read')
  const hash = createHash('sha256')
  for await (const chunk of readChunks(file)) hash.update(chunk)
  return hash.digest('hex')
}
