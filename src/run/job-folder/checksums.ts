import { createHash } from 'node:crypto'
import type { Summary } from '../../contract/summary.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readChunks } from '../../util/beneath/file-chunks.ts'
import { hasErrorCode, messageOf } from '../../util/unknown-error.ts'
import { namedFiles } from './named-files.ts'

/**
 * It has the format of sha256sum, so that `cd JOB && sha256sum -c output/SHA256SUMS` checks it without this program.
 */
export const checksumsPath = 'output/SHA256SUMS'
export const summaryPath = 'output/summary.json'
/** One line for each file of the job. */
const maxChecksumsBytes = 64 * 1024 * 1024

/**
 * Writes the SHA-256 of each file that the job made, its summary and its ledger included. Rejects if the disk is full.
 */
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

/**
 * Path -> SHA-256, as the job wrote them; null if the job has no such file, a problem in words if the file is not ours.
 */
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
    if (sha256 === undefined || path === undefined) return `${checksumsPath} has a line that is no checksum`
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
