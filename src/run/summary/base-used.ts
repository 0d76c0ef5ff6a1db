import type { CopiedBackup } from '../../config/workspace/backups.ts'
import type { Capture } from '../../contract/records.ts'
import type { BaseUsed } from '../../contract/summary.ts'
import { isPlexPicture } from '../../policy/own-url.ts'
import type { ImageReads } from '../records/job-recorder.ts'

/** What tells from which picture Kometa drew an item, or which one it put back. */
export interface BaseEvidence {
  capture: Pick<Capture, 'sha256' | 'source_url'>
  restore: boolean
  /** Its clean original, as the user has it. */
  backup: CopiedBackup | undefined
  /** What Kometa left in the place of that original: the same file, another one, or none. */
  left: 'same' | 'new' | 'none'
  /** Of the item itself, and of what is above it where the item has no picture of its own. */
  reads: readonly (ImageReads | undefined)[]
  /** An asset directory of the library exists. */
  hasAssets: boolean
}

/**
 * From which picture Kometa drew (overlays.py:180-219): an asset removes the item's original, a poster that it downloads takes the
 * original's place, and else the original stays. null where that does not add up.
 */
export function baseUsed({ capture, restore, backup, left, reads, hasAssets }: BaseEvidence): BaseUsed | null {
  const asset = hasAssets ? 'asset' : null
  if (restore) {
    if (capture.source_url !== null)
      return isPlexPicture(capture.source_url) ? 'clean Plex poster' : 'poster from the internet'
    // Bytes as they are: an asset goes before the original, and Kometa removes both after it.
    return backup !== undefined && (backup.sha256 === capture.sha256 || !hasAssets) ? 'backup' : asset
  }
  if (left === 'same') return 'backup'
  if (left === 'none' && hasAssets) return 'asset'
  if (reads.some((read) => read?.thumb)) return 'current poster'
  if (reads.some((read) => read?.file)) return 'clean Plex poster'
  return left === 'new' ? 'poster from the internet' : null
}
