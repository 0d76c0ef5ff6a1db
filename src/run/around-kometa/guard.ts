import type { JobConfig } from '../../config/read/user-config.ts'
import type { Summary } from '../../contract/summary.ts'
import type { Isolation, UserFiles } from '../../kometa/isolation/isolation.ts'
import { hadNoOtherWay, unguardedWords, waysOut } from '../../kometa/isolation/ways-out.ts'
import type { KometaRunner } from '../../kometa/process/runner.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Renderer } from '../kometas/renderer.ts'
import { guardedFiles } from './guarded-files.ts'

export interface GuardOptions {
  config: JobConfig
  renderer: Pick<Renderer, 'kind' | 'dir'>
  runner: KometaRunner
  isolation: Isolation
  dataDir: string
  log: JobLog
}

/** What was kept from the Kometas of a job, and what that proves. */
export interface JobGuard {
  files(): Promise<UserFiles>
  /** Of each Kometa, just before it is started: what could not be kept from it; null without isolation. */
  onStart(unguarded: UnguardedFiles | null): void
  conclude(): { isolation: Summary['isolation']; noOtherWay: boolean }
}

/** Says before anything is started how Kometa is guarded, and what is not guarded. */
export function createGuard({ config, renderer, runner, isolation, dataDir, log }: GuardOptions): JobGuard {
  const inContainer = runner.image !== null
  const started: (UnguardedFiles | null)[] = []
  log.info(`isolation: ${isolation.why}`)
  // The sample renderer is ours: it has no code that could go another way.
  if (isolation.mode === 'none' && renderer.kind === 'kometa') log.warning(unguardedWords({ inContainer }))
  return {
    files: () => guardedFiles(config, renderer.dir, dataDir),
    onStart: (unguarded) => started.push(unguarded),
    conclude() {
      const ways = waysOut({ mode: isolation.mode, inContainer, unguarded: started.filter((one) => one !== null) })
      // What was never started did nothing.
      const noOtherWay = started.length === 0 || hadNoOtherWay(ways)
      return { isolation: { mode: isolation.mode, why: isolation.why, ways }, noOtherWay }
    },
  }
}
