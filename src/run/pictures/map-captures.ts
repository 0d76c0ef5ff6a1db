import { type ArtworkKind, outputKinds } from '../../contract/kinds.ts'
import type { Capture } from '../../contract/records.ts'

/** What the mapping needs to know of a target. */
export interface MappingTarget {
  id: string
  /** null: the target has no ratingKey, so nothing can be mapped to it. */
  ratingKey: string | null
  server: string | null
}

export type MappedTarget =
  | { status: 'exported'; capture: Capture; kind: 'poster'; restore: boolean; reason: null }
  | { status: 'incomplete'; capture: Capture; kind: ArtworkKind; restore: false; reason: string }
  | { status: 'missing'; capture: null; kind: null; restore: false; reason: string | null }

/**
 * Finds the capture that is a target's after picture: by server and ratingKey alone, never by title;
 * kind poster before art before thumb, then the last one that arrived (`seq`, not the clock).
 */
export function mapTarget(target: MappingTarget, captures: readonly Capture[]): MappedTarget {
  if (target.ratingKey === null) {
    return { status: 'missing', capture: null, kind: null, restore: false, reason: 'The target has no ratingKey.' }
  }
  const own = captures.filter((capture) => isOf(target, capture))
  const images = own.filter(hasImage)
  for (const kind of outputKinds) {
    const capture = images.filter((candidate) => candidate.kind === kind).sort((a, b) => b.seq - a.seq)[0]
    if (!capture) continue
    if (kind === 'poster') {
      return { status: 'exported', capture, kind, restore: !capture.overlay_mark, reason: null }
    }
    const reason = `Only ${kind === 'art' ? 'background art' : 'a thumb'} was uploaded, no poster.`
    return { status: 'incomplete', capture, kind, restore: false, reason }
  }
  const unreadable = own.find((capture) => capture.parse_error !== null)
  const reason = unreadable ? `An upload came, but it holds no image: ${unreadable.parse_error}` : null
  return { status: 'missing', capture: null, kind: null, restore: false, reason }
}

/** Captures that belong to no target: ancestors, decoys, items that entered past the scope. */
export function findExtras(targets: readonly MappingTarget[], captures: readonly Capture[]): Capture[] {
  return captures.filter((capture) => !targets.some((target) => isOf(target, capture)))
}

function isOf(target: MappingTarget, capture: Capture): boolean {
  return target.ratingKey !== null && capture.rating_key === target.ratingKey && capture.server === target.server
}

function hasImage(capture: Capture): boolean {
  return capture.parse_error === null && capture.type !== null && capture.saved_path !== null
}
