import { findDefinitionFile } from '../config/definition-file.ts'
import type { JobConfig } from '../config/job-config.ts'
import type { KometaRun } from './run-kometas.ts'
import type { JobScopeReport } from './start-proxies.ts'

/**
 * What a scoped preview cannot show faithfully, in words: a definition with a `limit` (Kometa counts what it finds, and
 * it finds the targets only), and a search in random order.
 */
export async function findUnfaithful(
  config: JobConfig,
  runs: readonly KometaRun[],
  scopes: readonly JobScopeReport[],
): Promise<string[]> {
  if (scopes.length === 0) return []
  const warnings: string[] = []
  for (const { library, limited } of runs.flatMap(({ record }) => record.runs)) {
    for (const name of new Set(limited)) {
      const file = await findDefinitionFile(config, library.mapping, name)
      const where = file === null ? `in ${library.mapping}` : `in ${file} (${library.mapping})`
      warnings.push(`"${name}" ${where} has a limit: a preview cannot tell which items a full run would draw it on`)
    }
  }
  for (const { target } of scopes.flatMap(({ unfaithful }) => unfaithful.filter(({ reason }) => reason === 'random'))) {
    warnings.push(`A search in random order gives other items each time: ${target}`)
  }
  return warnings
}
