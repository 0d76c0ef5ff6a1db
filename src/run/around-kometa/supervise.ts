import { AppError } from '../../contract/errors.ts'
import { type ChosenIsolation, namespaceOptions, openDoors, type UserFiles } from '../../kometa/isolation/isolation.ts'
import { hasSupervisor, type Supervisor, startSupervisor } from '../../kometa/process/supervisor.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import type { Door } from '../../util/net/door.ts'
import { messageOf } from '../../util/unknown-error.ts'

/** How Kometa is kept from every way out but these doors. */
export interface JobIsolation {
  chosen: ChosenIsolation
  doors: readonly Door[]
  /** What is kept from it of the user's files. */
  files: UserFiles
  /** Kometa's interpreter; null for a renderer that has none. */
  python: string | null
}

/** A supervisor that is not ready yet, or null where there is none (Windows). */
export interface Supervision extends AsyncDisposable {
  readonly supervisor: Supervisor | null
  /**
   * Waits until Kometa can be started, and answers with what could not be kept from it; null where nothing was meant to be.
   * Never goes on without the isolation that was promised: RUN_FAILED.
   */
  ready(): Promise<UnguardedFiles | null>
}

/** Takes the supervisor that isolation was tried with, or starts another one, and opens the doors ahead of its Kometa. */
export function supervise(env: NodeJS.ProcessEnv, { chosen, doors, files, python }: JobIsolation): Supervision {
  const isolated = chosen.mode === 'namespace'
  const supervisor =
    chosen.take() ??
    (hasSupervisor ? startSupervisor({ env, ...(isolated ? { isolation: namespaceOptions(python) } : {}) }) : null)
  const opened = isolated && supervisor ? supervisor.ready.then(() => openDoors(supervisor, doors, files)) : null
  // Awaited in `ready`, unless the job has ended before.
  opened?.catch(() => undefined)
  return {
    supervisor,
    async ready() {
      try {
        return await opened
      } catch (cause) {
        const why = messageOf(cause)
        throw new AppError('RUN_FAILED', `Kometa was not started, since it could not be isolated: ${why}`, {
          hint: 'With --isolate off it runs without a network namespace of its own.',
          cause,
        })
      }
    },
    [Symbol.asyncDispose]: async () => supervisor?.[Symbol.asyncDispose](),
  }
}
