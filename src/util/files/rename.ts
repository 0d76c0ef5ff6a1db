import { rename } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCodeOf } from '../unknown-error.ts'

/** Virus scanners and indexers release a new file within a second; a reader that keeps the file open does not. */
const maxWaitMs = 2_000
const firstPauseMs = 10
const heldOpen = new Set(['EPERM', 'EACCES', 'EBUSY'])

/**
 * Renames and replaces what is at the new path. Windows cannot replace a file that somebody has open for a moment, nor
 * move a folder that contains such a file: there the rename is tried again for up to 2 s. On other systems the first
 * failure is final.
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
