import type { Summary } from '../../contract/summary.ts'
import type { ChosenIsolation, UserFiles } from '../../kometa/isolation/isolation.ts'
import { hadNoOtherWay, unguardedWords, waysOut } from '../../kometa/isolation/ways-out.ts'
import { type KometaRunner, localRunner } from '../../kometa/process/runner.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import { guardedFiles } from './guarded-files.ts'

/** What is kept from the Kometas of a job, and what that proves. Disposing ends a supervisor that no Kometa took. */
export interface JobGuard extends AsyncDisposable {
  runner: KometaRunner
  isolation: ChosenIsolation
  /** Kometa's interpreter; null for a renderer that has none. */
  python: string | null
  /** The user's files that Kometa must not read or change. */
  files(): Promise<UserFiles>
  /** Called just before each Kometa starts, with what could not be kept from it; null without isolation. */
  onStart(unguarded: UnguardedFiles | null): void
  conclude(): { isolation: Summary['isolation']; noOtherWay: boolean }
}

/**
 * Decides how Kometa is guarded, and says in the log what is not. Isolation is found out by starting a supervisor in a
 * network namespace of its own: it is the job's first process, and the first Kometa gets it.
 */
export async function guardKometa({ request }: Pick<CheckedInput, 'request'>, log: JobLog): Promise<JobGuard> {
  const { config, renderer, env, dataDir } = request
  const runner = renderer.runner ?? localRunner
  const inContainer = runner.image !== null
  const python = renderer.kind === 'kometa' ? renderer.command : null
  const isolation = await runner.isolate(request.isolate ?? 'auto', { env, python })
  const started: (UnguardedFiles | null)[] = []
  log.info(`isolation: ${isolation.why}`)
  // The sample renderer is part of this program and opens no other connection.
  if (isolation.mode === 'none' && renderer.kind === 'kometa') log.warning(unguardedWords({ inContainer }))
  return {
    ...{ runner, isolation, python },
    files: () => guardedFiles(config, renderer.dir, dataDir),
    onStart: (unguarded) => started.push(unguarded),
    conclude() {
      const ways = waysOut({ mode: isolation.mode, inContainer, unguarded: started.filter((one) => one !== null) })
      // A Kometa that was never started did nothing.
      const noOtherWay = started.length === 0 || hadNoOtherWay(ways)
      return { isolation: { mode: isolation.mode, why: isolation.why, ways }, noOtherWay }
    },
    [Symbol.asyncDispose]: () => isolation[Symbol.asyncDispose](),
  }
}
