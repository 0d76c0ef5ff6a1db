import type { JobConfig } from '../../config/read/user-config.ts'
import type { Workspace } from '../../config/workspace/workspace.ts'
import type { ProcessIdentity } from '../../util/process-identity.ts'
import type { AskPython } from '../install/ask-python.ts'

/** What to start in one workspace. */
export interface LaunchOrder {
  command: string
  /** Returns the arguments for the folder that Kometa is started from. */
  args(kometaDir: string | null): readonly string[]
  workspace: Pick<Workspace, 'dir' | 'cwd' | 'home' | 'configPath' | 'kometaDir' | 'defaultConfigDir'>
  /** The user's Kometa on this machine; null for a renderer without one. */
  checkout: Checkout | null
  config: JobConfig
  /** The user's environment; Kometa gets a part of it. */
  userEnv: NodeJS.ProcessEnv
  /** Additional variables for Kometa: its proxies, with the job's credential. */
  extraEnv: Readonly<Record<string, string>>
  /** This process. When it is dead, another process may clean up after it. */
  owner: ProcessIdentity
}

export interface Checkout {
  dir: string
  /** Our own lasting folder for the compiled modules of Kometa. */
  bytecodeDir: string
  askPython: AskPython | undefined
}

/**
 * The process of this machine that stands for Kometa. Its output is Kometa's output, and signals to it reach Kometa.
 */
export interface Launch extends AsyncDisposable {
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
  /** The paths under which Kometa finds the run config; Kometa must name one of them. */
  runConfigs: readonly string[]
  /**
   * Call this when the process is gone: ends what it may have left running, and returns a message for each thing that
   * could not be ended.
   */
  end(): Promise<string[]>
}
