import type { Screens } from './screen/screen.ts'

/**
 * 0: every target has its picture; 1: the job failed, or a picture is missing; 2: bad usage or config; 130: cancelled.
 */
export type ExitCode = 0 | 1 | 2 | 130

/** What every command gets. A command sets the exit code and never ends the process itself. */
export interface CliContext extends Screens {
  env: NodeJS.ProcessEnv
  /** Our own version, as in package.json. */
  version: string
  setExitCode(code: ExitCode): void
}
