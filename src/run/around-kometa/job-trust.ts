import { join } from 'node:path'
import { get } from '../../config/yaml/yaml-value.ts'
import { type Authority, createAuthority } from '../../gate/authority/authority.ts'
import { PythonFailed } from '../../kometa/install/ask-python.ts'
import { gatherTrust, type TrustFiles, writeTrust } from '../../kometa/trust/trust-files.ts'
import type { Job } from '../job.ts'

/** The job's own certificate authority, and the files that make this job's Kometa trust it. */
export interface JobTrust {
  authority: Authority
  /** Writes the files into a workspace. Answers with the variables that Kometa's environment needs. */
  install(workspaceDir: string): Promise<Record<string, string>>
}

/** null if Kometa cannot be made to trust it, or if there is no Kometa: then the gate refuses as any proxy does. */
export async function createJobTrust({ input, log }: Pick<Job, 'input' | 'log'>): Promise<JobTrust | null> {
  const { config, renderer, env, signal } = input.request
  const { askPython: ask } = renderer
  if (ask === undefined) return null
  const authority = await createAuthority()
  let files: TrustFiles
  try {
    const verifySsl = get(config.document, 'settings', 'verify_ssl') !== false
    const { certificate } = authority
    files = await gatherTrust({ ask, env, cwd: config.kometaCwd, verifySsl, certificate, signal })
  } catch (error) {
    if (!(error instanceof PythonFailed)) throw error
    log.warning(
      `Kometa cannot be told which certificates to trust beside its own (${error.message}): ` +
        'what the gate refuses over https costs 50 s each time.',
    )
    return null
  }
  return { authority, install: (workspaceDir) => writeTrust(files, join(workspaceDir, 'trust')) }
}
