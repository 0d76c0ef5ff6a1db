import type { PastSummary } from '../../contract/past-summary.ts'

/** Every file that a summary names, relative to the job, with its SHA-256 if the summary has it. */
export function namedFiles(summary: PastSummary): Map<string, string | null> {
  const files = new Map<string, string | null>()
  const add = (path: string | null, sha256: string | null) => {
    if (path !== null) files.set(path, sha256 ?? files.get(path) ?? null)
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
  const fingerprint = summary.verification?.fingerprint
  if (fingerprint) add(fingerprint.path, fingerprint.sha256)
  return files
}
