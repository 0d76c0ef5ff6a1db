import type { CopiedBackup } from '../../config/workspace/backups.ts'
import type { Capture } from '../../contract/records.ts'
import type { BaseUsed } from '../../contract/summary.ts'
import { isPlexPicture } from '../../policy/own-url.ts'
import type { ImageReads } from '../records/job-recorder.ts'

/** What shows from which picture Kometa drew an item, or which picture it put back. */
export interface BaseEvidence {
  capture: Pick<Capture, 'sha256' | 'source_url'>
  restore: boolean
  /** The user's clean original of the item. */
  backup: CopiedBackup | undefined
  /** What Kometa left in the place of that original: the same file, a new one, or none. */
  left: 'same' | 'new' | 'none'
  /** Of the item itself, and of what is above it where the item has no picture of its own. */
  reads: readonly (ImageReads | undefined)[]
  /** An asset directory of the library exists. */
  hasAssets: boolean
}

/**
 * From which picture Kometa drew (overlays.py:180-219): if it used an asset, it removed the item's original; if it
 * downloaded a poster, that took the original's place; otherwise the original stays. null if the evidence does not fit.
 */
export function baseUsed({ capture, restore, backup, left, reads, hasAssets }: BaseEvidence): BaseUsed | null {
  const asset = hasAssets ? 'asset' : null
  if (restore) {
    if (capture.source_url !== null)
      return isPlexPicture(capture.source_url) ? 'clean Plex poster' : 'poster from the internet'
    // Kometa puts the bytes back as they are. It prefers an asset to the original.
    return backup !== undefined && (backup.sha256 === capture.sha256 || !hasAssets) ? 'backup' : asset
  }
  if (left === 'same') return 'backup'
  if (left === 'none' && hasAssets) return 'asset'
  if (reads.some((read) => read?.thumb)) return 'current poster'
  if (reads.some((read) => read?.file)) return 'clean Plex poster'
  return left === 'new' ? 'poster from the internet' : null
}
