import { rename } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCodeOf } from '../unknown-error.ts'

/** Virus scanners and indexers let go of a new file within a second; a reader that keeps it open does not. */
const maxWaitMs = 2_000
const firstPauseMs = 10
const heldOpen = new Set(['EPERM', 'EACCES', 'EBUSY'])

/**
 * Renames, over what stands there. On Windows a file that somebody has open for a moment cannot be replaced, and a
 * folder with one in it cannot be moved: there it is tried again for up to 2 s. Elsewhere the first answer is the last.
 */
export async function renameOver(
  from: string,
  to: string,
  { platform = process.platform, once = rename }: { platform?: NodeJS.Platform; once?: typeof rename } = {},
): Promise<void> {
  const started = performance.now()
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    try {
      return await once(from, to)
    } catch (error) {
      const code = errorCodeOf(error)
      const isLate = performance.now() - started + pauseMs > maxWaitMs
      if (platform !== 'win32' || !heldOpen.has(code) || isLate) throw error
      await wait(pauseMs)
    }
  }
}
