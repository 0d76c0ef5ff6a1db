import type { PastSummary } from '../../contract/past-summary.ts'
import { type Beneath, isUnsafePath } from '../../util/beneath/beneath.ts'
import { hasErrorCode, messageOf } from '../../util/unknown-error.ts'
import { checksumsPath, hashFile, readChecksums, summaryPath } from '../job-folder/checksums.ts'
import { namedFiles } from '../job-folder/named-files.ts'

export interface OutputsCheck {
  /** How many files were checked. */
  count: number
  /** A line for each file that differs from the summary or from the list of checksums. */
  problems: string[]
  /** The same for the summary itself; null if it is unchanged, or if the job has no list of checksums. */
  summaryProblem: string | null
}

/** Compares the summary, every output that it names and the before pictures with the hashes that the job wrote. */
export async function checkOutputs(files: Beneath, summary: PastSummary): Promise<OutputsCheck> {
  const problems: string[] = []
  const sums = await readChecksums(files)
  if (typeof sums === 'string') problems.push(sums)
  const listed = sums instanceof Map ? sums : new Map<string, string>()
  const named = namedFiles(summary)
  for (const path of new Set([...named.keys(), ...listed.keys()])) {
    if (path === summaryPath) continue
    const found = await hashOf(files, path)
    if ('problem' in found) problems.push(`${path} ${found.problem}`)
    else if ((named.get(path) ?? found.sha256) !== found.sha256)
      problems.push(`${path} is not what the summary says: its bytes changed`)
    else if ((listed.get(path) ?? found.sha256) !== found.sha256)
      problems.push(`${path} is not what ${checksumsPath} says: its bytes changed`)
  }
  const own = await hashOf(files, summaryPath)
  const isChanged = 'sha256' in own && (listed.get(summaryPath) ?? own.sha256) !== own.sha256
  const summaryProblem = isChanged
    ? `${summaryPath} is not what ${checksumsPath} says: it was changed after the job`
    : null
  return { count: named.size, problems, summaryProblem }
}

/** A summary may come from anybody, so what it names must be a file inside the job, and no link. */
async function hashOf(files: Beneath, path: string): Promise<{ sha256: string } | { problem: string }> {
  try {
    return { sha256: await hashFile(files, path) }
  } catch (error) {
    if (isUnsafePath(error)) return { problem: 'is not inside the job, or goes through a link' }
    const gone = hasErrorCode(error, 'ENOENT')
    return { problem: gone ? 'is gone' : `cannot be read: ${messageOf(error)}` }
  }
}
