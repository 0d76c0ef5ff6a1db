import { type ArtworkKind, artworkTable } from '../../contract/artwork-kinds.ts'
import type { Capture } from '../../contract/records.ts'
import { afterPictureOf } from '../../proxy/capture/after-picture.ts'

/** What the mapping needs to know about a target. */
export interface MappingTarget {
  id: string
  /** null if the target has no ratingKey: then no capture can be mapped to it. */
  ratingKey: string | null
  server: string | null
}

export type MappedTarget =
  | { status: 'exported'; capture: Capture; kind: 'poster'; restore: boolean; reason: null }
  | { status: 'incomplete'; capture: Capture; kind: ArtworkKind; restore: false; reason: string }
  | { status: 'missing'; capture: null; kind: null; restore: false; reason: string | null }

/**
 * Finds the capture that is a target's after picture: by server and ratingKey alone, never by title. `seq` says which
 * came last, not the clock.
 */
export function mapTarget(target: MappingTarget, captures: readonly Capture[]): MappedTarget {
  if (target.ratingKey === null) {
    return { status: 'missing', capture: null, kind: null, restore: false, reason: 'The target has no ratingKey.' }
  }
  const own = captures.filter((capture) => isOf(target, capture))
  const after = afterPictureOf(own.filter(hasImage).sort((a, b) => a.seq - b.seq))
  if (after !== null) {
    const { capture, kind } = after
    if (kind === 'poster') {
      return { status: 'exported', capture, kind, restore: !capture.overlay_mark, reason: null }
    }
    const reason = `Only ${artworkTable[kind].one} was uploaded, no poster.`
    return { status: 'incomplete', capture, kind, restore: false, reason }
  }
  const unreadable = own.find((capture) => capture.parse_error !== null)
  const reason = unreadable ? `An upload came, but it holds no image: ${unreadable.parse_error}` : null
  return { status: 'missing', capture: null, kind: null, restore: false, reason }
}

/** Captures that belong to no target: of parents, of decoys, of items that bypassed the scope. */
export function findExtras(targets: readonly MappingTarget[], captures: readonly Capture[]): Capture[] {
  return captures.filter((capture) => !targets.some((target) => isOf(target, capture)))
}

function isOf(target: MappingTarget, capture: Capture): boolean {
  return target.ratingKey !== null && capture.rating_key === target.ratingKey && capture.server === target.server
}

function hasImage(capture: Capture): boolean {
  return capture.parse_error === null && capture.type !== null && capture.saved_path !== null
}
