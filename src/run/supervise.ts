import { AppError } from '../contract/errors.ts'
import { type Isolation, isolationFor } from '../kometa/isolation.ts'
import { hasSupervisor, type Supervisor, startSupervisor } from '../kometa/supervisor.ts'
import type { Door } from '../util/door.ts'

/** How Kometa is kept from every way out but these doors. */
export interface JobIsolation {
  mode: Isolation['mode']
  doors: readonly Door[]
  /** Kometa's interpreter; null for a renderer that has none. */
  python: string | null
}

/** Starts a supervisor ahead of its Kometa; null where there is none (Windows). */
export async function supervise(env: NodeJS.ProcessEnv, isolation: JobIsolation): Promise<Supervisor | null> {
  if (!hasSupervisor) return null
  if (isolation.mode === 'none') return startSupervisor({ env })
  return startSupervisor({ env, isolation: await isolationFor(isolation.doors, isolation.python) })
}

/**
 * Waits until Kometa can be started, and says in words what could not be kept from it. Never goes on without the
 * isolation that was promised: RUN_FAILED.
 */
export async function untilIsolated(supervisor: Supervisor | null): Promise<string[]> {
  try {
    const notHidden = (await supervisor?.ready) ?? []
    return notHidden.map((path) => `the Unix socket ${path} could not be hidden from Kometa`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('RUN_FAILED', `Kometa was not started, since it could not be isolated: ${why}`, {
      hint: 'With --isolate off it runs without a network namespace of its own.',
      cause,
    })
  }
}
