import { findDefinitionFile } from '../config/definition-file.ts'
import type { JobConfig } from '../config/job-config.ts'
import type { LibraryName } from '../kometa/log-events.ts'
import type { KometaRun } from './run-kometas.ts'
import type { JobScopeReport } from './start-proxies.ts'

/**
 * What a scoped preview cannot show faithfully, in words, with file and definition: a definition with a `limit` (Kometa counts what
 * it finds, and it finds the targets only), and a search in random order.
 */
export async function findUnfaithful(
  config: JobConfig,
  kometaDir: string | null,
  runs: readonly KometaRun[],
  scopes: readonly JobScopeReport[],
): Promise<string[]> {
  if (scopes.length === 0) return []
  const warnings: string[] = []
  const warn = async ({ mapping }: LibraryName, names: readonly string[], what: string): Promise<void> => {
    for (const name of new Set(names)) {
      const file = await findDefinitionFile(config, mapping, name, kometaDir)
      warnings.push(`"${name}" in ${file === null ? mapping : `${file} (${mapping})`} ${what}`)
    }
  }
  for (const { library, limited, random } of runs.flatMap(({ record }) => record.runs)) {
    await warn(library, limited, 'has a limit: a preview cannot tell which items a full run would draw it on')
    await warn(library, random, 'sorts at random: each run may draw it on other items')
  }
  return warnings
}
