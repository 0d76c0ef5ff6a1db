import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Summary } from '../contract/summary.ts'

/** A file that the summary names; `sha256` is null where the summary has none. */
interface NamedFile {
  path: string
  sha256: string | null
}

export interface OutputsCheck {
  files: number
  /** A line for each file that is not what the summary says. */
  problems: string[]
}

/** Compares every output that the summary names, and the before pictures, with the files of the job. */
export async function checkOutputs(jobDir: string, summary: Summary): Promise<OutputsCheck> {
  const root = await realpath(jobDir)
  const problems: string[] = []
  const named = namedFiles(summary)
  for (const { path, sha256 } of named.values()) {
    const found = await hashOf(root, path)
    if ('problem' in found) problems.push(`${path} ${found.problem}`)
    else if (sha256 !== null && found.sha256 !== sha256)
      problems.push(`${path} is not what the summary says: its bytes changed`)
  }
  return { files: named.size, problems }
}

function namedFiles(summary: Summary): Map<string, NamedFile> {
  const files = new Map<string, NamedFile>()
  const add = (path: string | null, sha256: string | null) => {
    if (path === null) return
    files.set(path, { path, sha256: sha256 ?? files.get(path)?.sha256 ?? null })
  }
  for (const { saved_path, sha256, other_paths } of summary.captured_uploads) {
    add(saved_path, sha256)
    for (const path of other_paths) add(path, null)
  }
  for (const { before, after } of summary.targets) {
    if (before) add(before.path, before.sha256)
    if (after) add(after.path, after.sha256)
  }
  for (const path of [...Object.values(summary.exported_files), ...summary.output_files]) add(path, null)
  const { fingerprint } = summary.verification
  if (fingerprint) add(fingerprint.path, fingerprint.sha256)
  return files
}

/** A summary may come from anywhere: what it names must be inside the job, through links too. */
async function hashOf(root: string, path: string): Promise<{ sha256: string } | { problem: string }> {
  try {
    const file = await realpath(join(root, path))
    if (!file.startsWith(root + sep)) return { problem: 'is not inside the job' }
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(file)) hash.update(chunk)
    return { sha256: hash.digest('hex') }
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { problem: gone ? 'is gone' : `cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}
