import type { Trust } from '../../../config/trust/trust.ts'
import type { LoadDeps } from '../../connect/load-config.ts'
import type { ReadUserConfig } from '../config/stored-config.ts'
import type { JobRunner } from '../runner/job-runner.ts'
import type { JobStore } from '../store/job-store.ts'

/** What starting a job needs. */
export interface StartDeps {
  store: JobStore
  runner: JobRunner
  env: NodeJS.ProcessEnv
  readUserConfig: ReadUserConfig
  trust: Trust
  reachOf: LoadDeps['reachOf']
  /** How long the secrets of a pasted or edited config are kept. */
  secretKeepMs(): number
  /** The folder and the YAML reader of the user's Kometa. */
  kometa(): Promise<Pick<LoadDeps, 'kometaDir' | 'readYaml'>>
  rendererKind(): 'kometa' | 'sample'
}
