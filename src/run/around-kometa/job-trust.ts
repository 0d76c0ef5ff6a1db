import { join } from 'node:path'
import type { JobConfig } from '../../config/read/user-config.ts'
import { get } from '../../config/yaml/yaml-value.ts'
import { type Authority, createAuthority } from '../../gate/authority/authority.ts'
import { PythonFailed } from '../../kometa/install/ask-python.ts'
import { gatherTrust, type TrustFiles, writeTrust } from '../../kometa/trust/trust-files.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Renderer } from '../kometas/renderer.ts'

/** The job's own certificate authority, and what makes this job's Kometa trust it. */
export interface JobTrust {
  authority: Authority
  /** Writes what Kometa's clients read, into a workspace; for Kometa's environment. */
  install(workspaceDir: string): Promise<Record<string, string>>
}

export interface JobTrustOptions {
  config: JobConfig
  renderer: Pick<Renderer, 'askPython'>
  env: NodeJS.ProcessEnv
  log: JobLog
  signal: AbortSignal
}

/** null where Kometa cannot be made to trust it, or there is no Kometa: then the gate refuses as any proxy does. */
export async function createJobTrust({
  config,
  renderer,
  env,
  log,
  signal,
}: JobTrustOptions): Promise<JobTrust | null> {
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
      `Kometa cannot be told which certificates to trust beside its own (${error.message}): what the gate refuses over https costs 50 s each time.`,
    )
    return null
  }
  return { authority, install: (workspaceDir) => writeTrust(files, join(workspaceDir, 'trust')) }
}
