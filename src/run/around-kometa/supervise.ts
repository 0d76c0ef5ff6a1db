import { AppError } from '../../contract/errors.ts'
import { type ChosenIsolation, namespaceOptions, openDoors, type UserFiles } from '../../kometa/isolation/isolation.ts'
import { hasSupervisor, type Supervisor, startSupervisor } from '../../kometa/process/supervisor.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import type { Door } from '../../util/net/door.ts'
import { messageOf } from '../../util/unknown-error.ts'

/** How Kometa is isolated: these doors are its only ways out. */
export interface JobIsolation {
  chosen: ChosenIsolation
  doors: readonly Door[]
  /** The user's files that are kept from it. */
  files: UserFiles
  /** Kometa's interpreter; null for a renderer that has none. */
  python: string | null
}

/** A supervisor that may not be ready yet; null on systems that have none (Windows). */
export interface Supervision extends AsyncDisposable {
  readonly supervisor: Supervisor | null
  /**
   * Waits until Kometa can be started. Answers what could not be kept from it; null without isolation. Throws
   * RUN_FAILED if the isolation that was promised cannot be had.
   */
  ready(): Promise<UnguardedFiles | null>
}

/** Takes the supervisor that isolation was tried with, or starts another one, and opens the doors for its Kometa. */
export function supervise(env: NodeJS.ProcessEnv, { chosen, doors, files, python }: JobIsolation): Supervision {
  const isolated = chosen.mode === 'namespace'
  const supervisor =
    chosen.take() ??
    (hasSupervisor ? startSupervisor({ env, ...(isolated ? { isolation: namespaceOptions(python) } : {}) }) : null)
  const opened = isolated && supervisor ? supervisor.ready.then(() => openDoors(supervisor, doors, files)) : null
  // `ready` awaits this, unless the job ends earlier.
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
